import type { Instant } from '@tollgate/kernel/time/time';
import type { MeterAlreadyPriced } from './rejections.js';

/** Another subscription of the same customer, as far as it matters for who bills a meter. */
export interface Neighbour {
  readonly subscriptionId: string;
  /** Meters that it alone may price: the events of others say which subscription they belong to. */
  readonly meterIds: readonly string[];
  /** The first instant it does not cover; null = it goes on. */
  readonly until: Instant | null;
}

/** Meters that a subscription is about to price, from when on. */
export interface Pricing {
  readonly meterIds: readonly string[];
  readonly from: Instant;
  readonly now: Instant;
}

/**
 * Two subscriptions that bill one meter at the same time would bill the same usage twice. One that is over by now does not
 * count, wherever the day is that the new one starts on: it bills what was used before its end, and the new one the rest.
 */
export function conflictOf(
  { meterIds, from, now }: Pricing,
  neighbours: readonly Neighbour[],
): MeterAlreadyPriced | undefined {
  const meters = new Set(meterIds);
  for (const { subscriptionId, meterIds: theirs, until } of neighbours) {
    const meterId = theirs.find((id) => meters.has(id));
    if (meterId === undefined || (until !== null && (until <= from || until <= now))) continue;
    const message = 'Another subscription of the customer bills this meter already.';
    return { reason: 'MeterAlreadyPriced', message, meterId, subscriptionId };
  }
  return undefined;
}
