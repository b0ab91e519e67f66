import { ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import { toMs, type Period } from '@tollgate/kernel/time/time';
import { isTallied } from '../../aggregation/domain/composite.js';
import {
  combine,
  combineAll,
  tallyOf,
  usageOf,
  type Reading,
  type Tally,
} from '../../aggregation/domain/tally.js';
import type { Meter } from '../../meter/domain/meter.js';

/** What was counted of a customer in a period, by meter; meters without any are absent. */
export type Tallies = ReadonlyMap<string, Tally>;

/** An event that counts: what it brings to each meter of its type. */
export interface CountedEvent {
  readonly customerId: string;
  readonly atMs: number;
  readonly meters: readonly Meter[];
  /** One for each of `meters`; null where it brings nothing. */
  readonly readings: readonly (Reading | null)[];
}

/** First and last instant of a customer's events, in milliseconds since 1970; both ends belong to it. */
export interface Span {
  readonly customerId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Counts the events that lie in the period. */
export function countIn(period: Period, events: readonly CountedEvent[]): Tallies {
  const [fromMs, untilMs] = [toMs(period.from), toMs(period.to)];
  const found = new Map<string, { readonly meter: Meter; readonly readings: Reading[] }>();
  for (const event of events) {
    if (event.atMs < fromMs || event.atMs >= untilMs) continue;
    event.readings.forEach((reading, i) => {
      const meter = event.meters[i];
      if (reading === null || meter === undefined) return;
      const known = found.get(meter.id);
      if (known === undefined) found.set(meter.id, { meter, readings: [reading] });
      else known.readings.push(reading);
    });
  }
  return new Map(
    [...found].flatMap(
      ([
        id,
        {
          meter: { metric },
          readings,
        },
      ]) => (isTallied(metric) ? [[id, tallyOf(metric.type, readings)]] : []),
    ),
  );
}

/** Whether the period holds events of meters that nobody keeps a running count of. */
export function holdsMeasured(period: Period, events: readonly CountedEvent[]): boolean {
  const [fromMs, untilMs] = [toMs(period.from), toMs(period.to)];
  return events.some(
    ({ atMs, meters }) => atMs >= fromMs && atMs < untilMs && meters.some(({ metric }) => !isTallied(metric)),
  );
}

/** The tallies of the events of both, which are different events. */
export function combineTallies(left: Tallies, right: Tallies): Tallies {
  const all = new Map(left);
  for (const [meterId, tally] of right) {
    const known = all.get(meterId);
    all.set(meterId, known === undefined ? tally : combine(known, tally));
  }
  return all;
}

/** The tallies of the events of all, which are different events. */
export function combineAllTallies(parts: readonly Tallies[]): Tallies {
  const found = new Map<string, Tally[]>();
  for (const part of parts) {
    for (const [meterId, tally] of part) {
      const known = found.get(meterId);
      if (known === undefined) found.set(meterId, [tally]);
      else known.push(tally);
    }
  }
  return new Map(
    [...found].flatMap(([meterId, [first, ...others]]) =>
      first === undefined ? [] : [[meterId, combineAll(first, others)]],
    ),
  );
}

/** Events by their customer. */
export function byCustomer<E extends Pick<CountedEvent, 'customerId'>>(
  events: readonly E[],
): ReadonlyMap<string, readonly E[]> {
  const groups = new Map<string, E[]>();
  for (const event of events) {
    const group = groups.get(event.customerId);
    if (group === undefined) groups.set(event.customerId, [event]);
    else group.push(event);
  }
  return groups;
}

/** When the customers' events happened. */
export function spansOf(groups: ReadonlyMap<string, readonly CountedEvent[]>): Span[] {
  return [...groups].map(([customerId, events]) => {
    let [fromMs, lastMs] = [Infinity, -Infinity];
    for (const { atMs } of events) {
      fromMs = Math.min(fromMs, atMs);
      lastMs = Math.max(lastMs, atMs);
    }
    return { customerId, fromMs, toMs: lastMs };
  });
}

/** A quantity and the events behind it. */
export interface Figures {
  readonly quantity: Decimal;
  readonly events: number;
}

/** What a tally shows as; nothing counted is 0. */
export function figuresOf(meter: Meter | undefined, tally: Tally | undefined): Figures {
  return tally === undefined || meter === undefined
    ? { quantity: ZERO_DECIMAL, events: 0 }
    : { quantity: usageOf(meter.metric, tally), events: tally.events };
}
