import * as rational from '@tollgate/kernel/number/rational';
import { instant, toMs, UTC, type Instant, type Period, type TimeZone } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import {
  countOn,
  forgetEvents,
  groupValues,
  isTallied,
  nothingCounted,
  type Counted,
  type GroupCount,
  type Measure,
} from '../../aggregation/domain/composite.js';
import { countsIn, type Part } from '../../aggregation/domain/part.js';
import { exactUsage } from '../../aggregation/domain/tally.js';
import { findTimeZone } from '../../copies/customer.js';
import type { Meter } from '../../meter/domain/meter.js';
import { countAll, isOfSubscription } from '../count.js';
import { piecesOf } from '../domain/slices.js';
import { figuresOf, type Figures } from '../domain/tallies.js';
import { eventsHeld, readEqualEvents } from '../store/event.js';
import type { Stretch } from '../store/total.js';

/** What a meter with windows, groups or a level is asked for. */
export interface ToMeasure {
  readonly customerId: string;
  readonly meter: Meter;
  /** Windows are of this zone. */
  readonly timeZone: TimeZone;
  /** The period; a level is spread over all of it. */
  readonly period: Period;
  /** What counts of the period, in order. */
  readonly parts: readonly Part[];
  /** Where events name their subscription, those that name this one; null for all. */
  readonly subscriptionId: string | null;
  /** Ids of events that are left out. */
  readonly without?: readonly string[];
}

const BEGINNING = instant('1970-01-01T00:00:00Z');

/** What a meter counts that nobody keeps a running count of: from the events themselves, however many there are. */
export async function measured(tx: TenantTx, asked: ToMeasure): Promise<Figures> {
  return figuresOfGroups(asked.meter, await measuredGroups(tx, asked));
}

/** The same by the combinations of the meter's group-by properties; one without texts where it has none. */
export async function measuredGroups(tx: TenantTx, asked: ToMeasure): Promise<readonly GroupCount[]> {
  const { meter, period } = asked;
  return groupValues(await countedIn(tx, asked), meter.metric, toMs(period.to) - toMs(period.from));
}

/** The same before it is made figures, so that events can be counted on. */
export async function countedIn(tx: TenantTx, asked: ToMeasure): Promise<Counted> {
  const { meter, timeZone, period, parts } = asked;
  const { metric } = meter;
  const counted = nothingCounted();
  const measure: Measure = { metric, timeZone, parts };
  const last = parts.at(-1)?.to ?? period.from;
  if (metric.type === 'weighted_sum') {
    // The level that the period begins with is the sum of all that was before, whoever billed it.
    await count(tx, { asked, counted, measure, timed: false }, [{ from: BEGINNING, to: period.from }]);
    forgetEvents(counted);
    await count(tx, { asked, counted, measure, timed: true }, [{ from: period.from, to: last }]);
  } else await count(tx, { asked, counted, measure, timed: true }, parts);
  return counted;
}

/** What groups come to together. */
export function figuresOfGroups({ metric }: Meter, groups: readonly GroupCount[]): Figures {
  return {
    quantity: exactUsage(metric, rational.sum(groups.map(({ value }) => value))),
    events: groups.reduce((sum, { events }) => sum + events, 0),
  };
}

/** What a customer used by a meter of any kind in a period so far, in the customer's zone. */
export async function figuresIn(tx: TenantTx, { now, ...asked }: CustomerUse): Promise<Figures> {
  const { customerId, meter, period } = asked;
  if (isTallied(meter.metric)) {
    const [tallies] = await countAll(tx, [{ customerId, period }], { meters: [meter] });
    return figuresOf(meter, tallies?.get(meter.id));
  }
  const timeZone = asked.timeZone ?? (await findTimeZone(tx, customerId)) ?? UTC;
  const parts = now === null ? [period] : soFar(period, meter, now);
  return measured(tx, { ...{ customerId, meter, period, timeZone, parts }, subscriptionId: null });
}

export interface CustomerUse extends Pick<ToMeasure, 'customerId' | 'meter' | 'period'> {
  /** A level lasts no longer than up to then; null = up to the end. */
  readonly now: Instant | null;
  /** The customer's, where it is known. */
  readonly timeZone?: TimeZone;
}

/** What counts of a period so far: a level lasts no longer than up to now. */
export function soFar(period: Period, { metric }: Meter, now: Instant): Period[] {
  if (metric.type !== 'weighted_sum' || period.to <= now) return [period];
  return period.from < now ? [{ from: period.from, to: now }] : [];
}

interface Counting {
  readonly asked: ToMeasure;
  readonly counted: Counted;
  readonly measure: Measure;
  readonly timed: boolean;
}

async function count(tx: TenantTx, counting: Counting, parts: readonly Part[]): Promise<void> {
  const { asked, counted, measure, timed } = counting;
  const { customerId, meter, subscriptionId, without = [] } = asked;
  for (const part of parts) {
    for (const stretch of await boundedStretches(tx, customerId, part)) {
      for await (const page of readEqualEvents(tx, [stretch], { meterIds: [meter.id], timed, without })) {
        const own = page.filter(
          ({ properties }) =>
            countsIn(part, properties) && isOfSubscription(subscriptionId, meter.metric, properties),
        );
        countOn(counted, measure, own);
      }
    }
  }
}

/** Stretches that one statement counts in good time. */
export async function boundedStretches(
  tx: TenantTx,
  customerId: string,
  { from, to }: Period,
): Promise<Stretch[]> {
  const period = { from, to };
  const held = await eventsHeld(tx, [{ customerId, period }]);
  if (held === 'none') return [];
  const pieces = held === 'many' ? piecesOf(period) : [period];
  return pieces.map((piece) => ({ customerId, period: piece }));
}
