import { usageNamed } from '@tollgate/kernel/price/filter';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import { isOf } from '../../aggregation/domain/part.js';
import { passes, propertyOf, type Properties } from '../../aggregation/domain/reading.js';
import type { Meter } from '../../meter/domain/meter.js';
import type { Claimant } from '../../subscription/domain/claims.js';

/** A subscription of the event's customer, as far as it matters for who bills it. */
export interface Biller extends Claimant {
  /** Its newest period. */
  readonly period: Period;
  readonly paused: boolean;
}

/** A stretch of a subscription that was billed. */
export interface BilledTime extends Period {
  readonly subscriptionId: string;
}

/** An event that counts. */
export interface Counted {
  readonly occurredAt: Instant;
  readonly properties: Properties;
}

/** What became of an event with one meter. */
export interface EventOutcome {
  readonly meterId: string;
  readonly outcome: 'OPEN' | 'BILLED' | 'FILTERED' | 'NOT_PRICED' | 'NOT_BILLED';
  readonly subscriptionId: string | null;
  readonly period: Period | null;
}

/** What there is to know about the customer's bills. */
export interface Bills {
  /** The oldest first. */
  readonly billers: readonly Biller[];
  readonly billed: readonly BilledTime[];
}

/** What became of an event with a meter: the oldest subscription that priced it then bills it, in the stretch that holds it. */
export function outcomeOf(event: Counted, { id: meterId, metric }: Meter, bills: Bills): EventOutcome {
  const { occurredAt: at, properties } = event;
  const nothing = { meterId, subscriptionId: null, period: null };
  if (metric.filters?.every((filter) => passes(filter, properties)) === false)
    return { ...nothing, outcome: 'FILTERED' };
  const owner = metric.subscriptionProperty;
  const named = owner === undefined ? undefined : propertyOf(properties, owner);
  const biller = bills.billers.find(
    (one) => (owner === undefined || one.id === named) && isClaimed(one, meterId, event),
  );
  if (biller === undefined) return { ...nothing, outcome: 'NOT_PRICED' };
  const { id: subscriptionId, period, paused, endsAt } = biller;
  const stretch = bills.billed.find((one) => one.subscriptionId === subscriptionId && holds(one, at));
  if (stretch !== undefined)
    return { meterId, subscriptionId, outcome: 'BILLED', period: { from: stretch.from, to: stretch.to } };
  const isOpen = holds(period, at) && !paused && (endsAt === null || at < endsAt);
  return isOpen
    ? { meterId, subscriptionId, outcome: 'OPEN', period }
    : { meterId, subscriptionId, outcome: 'NOT_BILLED', period: null };
}

function isClaimed(
  { claims, priced, beganAt, endsAt }: Biller,
  meterId: string,
  { occurredAt: at, properties }: Counted,
): boolean {
  const since = [{ from: beganAt, to: null }];
  const all = claims === null ? priced.map((name) => [name, since] as const) : Object.entries(claims);
  return all.some(([name, times]) => {
    const usage = usageNamed(name);
    if (usage.meterId !== meterId || !isOf(usage.filter, properties)) return false;
    return times.some(
      ({ from, to }) => from <= at && (to === null || at < to) && (endsAt === null || at < endsAt),
    );
  });
}

function holds({ from, to }: Period, at: Instant): boolean {
  return from <= at && at < to;
}
