import type { Bill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { toMs, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type { Properties } from '../aggregation/domain/reading.js';
import { placeOf, toMicros } from '../aggregation/domain/tally.js';
import { findSubscriptions } from '../subscription/store.js';
import { byCustomer, type CountedEvent } from '../total/domain/tallies.js';
import type { LockedTotal } from '../total/store/total.js';
import type { WatchedStretch } from './domain/watched.js';
import { progressMessages, watchingAfter, type Progress } from './events.js';
import { findWatched, saveSteps, saveWatching } from './store.js';
import {
  countOnBy,
  isOwn,
  moved,
  standing,
  tracked,
  type OfStretch,
  type Step,
  type Tracked,
} from './tracking.js';

/** An event that was accepted just now. */
export interface Accepted extends CountedEvent {
  readonly id: string;
  readonly at: string;
  readonly properties: string;
}

/** What one transaction accepted, in order, and the totals it was counted into, as they were before and are after it. */
export interface Counted {
  readonly events: readonly Accepted[];
  readonly before: readonly LockedTotal[];
  readonly after: readonly LockedTotal[];
  readonly now: Instant;
}

/**
 * Tells where the meters of watched stretches stand after each event that was accepted in them. Their totals are locked, so
 * that what others accept at the same time is told before or after. Who has no such subscription is not even looked for.
 */
export async function tellProgress(tx: TenantTx, counted: Counted): Promise<void> {
  const customerIds = [
    ...new Set(counted.before.filter(({ watched }) => watched).map(({ customerId }) => customerId)),
  ];
  if (customerIds.length === 0) return;
  const [stretches, subscriptions] = await Promise.all([
    findWatched(tx, customerIds),
    findSubscriptions(tx, customerIds),
  ]);
  const events = byCustomer(counted.events);
  const told: WatchedStretch[] = [];
  for (const stretch of stretches) {
    const own = (events.get(stretch.customerId) ?? []).filter(({ atMs }) => isIn(stretch.period, atMs));
    if (!own.some(({ atMs }) => atMs >= toMs(stretch.from))) continue;
    const others = subscriptions.filter(({ customerId }) => customerId === stretch.customerId);
    const progress = await progressOf(tx, { ...counted, events: own, stretch, subscriptions: others });
    if (progress === null) continue;
    await publish(tx, progressMessages(progress, counted.now));
    told.push({ ...stretch, steps: stretch.steps + progress.steps.length });
  }
  if (told.length > 0) saveSteps(tx, told);
}

/** Watches the stretches that bills begin, and no more those that they end. */
export function watch(
  tx: TenantTx,
  bills: readonly Bill[],
  resolved: (terms: KeptTerms) => ResolvedTerms,
): void {
  saveWatching(
    tx,
    bills.map((bill) => {
      const after = resolved(bill.terms);
      return watchingAfter(bill, { before: bill.closes?.terms ? resolved(bill.closes.terms) : after, after });
    }),
  );
}

async function progressOf(tx: TenantTx, of: OfStretch): Promise<Progress | null> {
  const { stretch, subscriptions, events } = of;
  const own = subscriptions.find(({ id }) => id === stretch.subscriptionId);
  if (own === undefined) return null;
  const all = await tracked(tx, of, own);
  const steps: Step[] = [];
  let last = standing(all);
  for (const [index, event] of events.entries()) {
    const coming = events.slice(index + 1).map(({ id }) => id);
    if (await counted(tx, all, { event, coming, stretch })) last = moved(last, standing(all));
    if (event.atMs >= toMs(stretch.from)) steps.push(last);
  }
  const { plain, prices } = all;
  return {
    stretch,
    steps,
    meters: plain.map(({ meter, from }) => ({ meterId: meter.id, from: from?.quantity() ?? null })),
    prices: prices.map(({ priceId, from }) => ({ priceId, from: from?.figures() ?? null })),
  };
}

interface Arriving {
  readonly event: Accepted;
  readonly coming: readonly string[];
  readonly stretch: WatchedStretch;
}

/** Counts an event on by the meters that count it for the subscription; whether any does. */
async function counted(tx: TenantTx, all: Tracked, { event, coming, stretch }: Arriving): Promise<boolean> {
  const properties = JSON.parse(event.properties) as Properties;
  const place = placeOf(toMicros(event.at), event.id);
  const own = all.meters.filter(
    ({ meter }) =>
      event.meters.some(({ id }) => id === meter.id) && isOwn(meter, properties, stretch.subscriptionId),
  );
  for (const { meter } of own) {
    const reading = event.readings[event.meters.findIndex(({ id }) => id === meter.id)] ?? null;
    const isBefore = event.atMs < toMs(stretch.from);
    await countOnBy(tx, all, [meter.id, { atMs: event.atMs, properties, place, reading, isBefore, coming }]);
  }
  return own.length > 0;
}

function isIn({ from, to }: Period, atMs: number): boolean {
  return toMs(from) <= atMs && atMs < toMs(to);
}
