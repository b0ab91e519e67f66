import { ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { instantFromMs, toMs, type Period } from '@tollgate/kernel/time/time';
import {
  countOn,
  groupValues,
  type Counted,
  type GroupCount,
  type Measure,
} from '../../aggregation/domain/composite.js';
import type { TallyMetric } from '../../aggregation/domain/metric.js';
import { countsIn, type Part } from '../../aggregation/domain/part.js';
import type { Properties } from '../../aggregation/domain/reading.js';
import {
  combine,
  exactUsage,
  tallyOf,
  usageOf,
  valueOf,
  withoutTexts,
  type Reading,
  type Tally,
} from '../../aggregation/domain/tally.js';

/** An event as a position sees it. */
export interface Progressing {
  readonly atMs: number;
  readonly properties: Properties;
  /** Where it stands among others: time, then id. */
  readonly place: string;
  /** What it brings to the meter; null where that is nothing. */
  readonly reading: Reading | null;
}

/** The position of one meter, event by event. */
export interface Counter {
  add(event: Progressing): void;
  quantity(): Decimal;
  /** The same by the meter's dimensions; one without texts where it has none. */
  groups(): readonly GroupCount[];
}

/** A position that a running tally says, as it was before the events. */
export interface Tallied {
  readonly metric: TallyMetric;
  readonly before: Tally | undefined;
  /** Texts that nobody had met before the events. */
  readonly freshTexts: ReadonlySet<string>;
}

/** Counts on from a tally. */
export function tallying({ metric, before, freshTexts }: Tallied): Counter {
  let tally = before;
  return {
    add: ({ reading }) => {
      if (reading === null) return;
      const own = tallyOf(metric.type, [reading]);
      const met = new Set(freshTexts.has(reading.text) ? [] : [reading.text]);
      const fresh = withoutTexts(own, met);
      tally = tally === undefined ? fresh : combine(tally, fresh);
    },
    quantity: () => (tally === undefined ? ZERO_DECIMAL : usageOf(metric, tally)),
    groups: () => (tally === undefined ? [] : [{ texts: [], value: valueOf(tally), events: tally.events }]),
  };
}

/** A position that was counted from the events themselves, without those that are to come. */
export interface Measured {
  readonly counted: Counted;
  readonly measure: Measure;
  /** What a level is spread over. */
  readonly period: Period;
}

/** Counts on from events that were read: only in the parts that count, but a level lasts from whenever it began. */
export function measuring({ counted, measure, period }: Measured): Counter {
  const { metric, parts } = measure;
  const isLevel = metric.type === 'weighted_sum';
  const spreadMs = toMs(period.to) - toMs(period.from);
  const groups = () => groupValues(counted, metric, spreadMs);
  return {
    groups,
    add: ({ atMs, properties, place }) => {
      if (!isLevel && partOf(parts, { atMs, properties }) === null) return;
      countOn(counted, measure, [{ at: instantFromMs(atMs), properties, place, times: 1 }]);
    },
    quantity: () => exactUsage(metric, rational.sum(groups().map(({ value }) => value))),
  };
}

/** The part that an event counts in; null where it does not count. */
export function partOf(
  parts: readonly Part[],
  { atMs, properties }: Pick<Progressing, 'atMs' | 'properties'>,
): Part | null {
  const holding = parts.find(({ from, to }) => toMs(from) <= atMs && atMs < toMs(to));
  return holding === undefined || !countsIn(holding, properties) ? null : holding;
}
