import { overlap, usageNamed, type PricedUsage } from '@tollgate/kernel/price/filter';
import type { Instant } from '@tollgate/kernel/time/time';
import type { MeterAlreadyPriced } from './rejections.js';

/** Another subscription of the same customer, as far as it matters for who bills a meter. */
export interface Neighbour {
  readonly subscriptionId: string;
  /** Names of the usage that it alone may price: the events of other meters say which subscription they belong to. */
  readonly usage: readonly string[];
  /** The first instant it does not cover; null = it goes on. */
  readonly until: Instant | null;
}

/** Names of the usage that a subscription is about to price, from when on. */
export interface Pricing {
  readonly usage: readonly string[];
  readonly from: Instant;
  readonly now: Instant;
}

/**
 * Two subscriptions that bill one meter at the same time would bill the same usage twice. One that is over by now does not
 * count, wherever the day is that the new one starts on: it bills what was used before its end, and the new one the rest.
 */
export function conflictOf(
  { usage, from, now }: Pricing,
  neighbours: readonly Neighbour[],
): MeterAlreadyPriced | undefined {
  const own = byMeter(usage);
  for (const { subscriptionId, usage: theirs, until } of neighbours) {
    if (until !== null && (until <= from || until <= now)) continue;
    const meterId = theirs.map(usageNamed).find((one) => isShared(one, own))?.meterId;
    if (meterId === undefined) continue;
    const message = 'Another subscription of the customer bills this meter already.';
    return { reason: 'MeterAlreadyPriced', message, meterId, subscriptionId };
  }
  return undefined;
}

function byMeter(names: readonly string[]): ReadonlyMap<string, readonly PricedUsage[]> {
  const found = new Map<string, PricedUsage[]>();
  for (const usage of names.map(usageNamed))
    found.set(usage.meterId, [...(found.get(usage.meterId) ?? []), usage]);
  return found;
}

function isShared(one: PricedUsage, own: ReadonlyMap<string, readonly PricedUsage[]>): boolean {
  return (own.get(one.meterId) ?? []).some((usage) => overlap(usage, one));
}
