import type { Bill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { timeZone, toMs, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { isTallied } from '../aggregation/domain/composite.js';
import { propertyOf, type Properties } from '../aggregation/domain/reading.js';
import { placeOf, toMicros, type Tally } from '../aggregation/domain/tally.js';
import type { Meter } from '../meter/domain/meter.js';
import { findMeters } from '../meter/store.js';
import { claimsBefore, isWhole, outside, type Claimant } from '../subscription/domain/claims.js';
import {
  findSubscriptions,
  pricedMeters,
  pricedUsage,
  type SubscriptionCopy,
} from '../subscription/store.js';
import { byCustomer, type CountedEvent } from '../total/domain/tallies.js';
import { countedIn, soFar } from '../total/handlers/measure.js';
import { readTotals, type LockedTotal } from '../total/store/total.js';
import { measuring, tallying, type Counter } from './domain/counter.js';
import type { WatchedStretch } from './domain/watched.js';
import { progressMessages, watchingAfter, type Progress } from './events.js';
import { findWatched, saveSteps, saveWatching } from './store.js';

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

interface OfStretch extends Counted {
  readonly stretch: WatchedStretch;
  /** All of the customer's, the oldest first. */
  readonly subscriptions: readonly SubscriptionCopy[];
}

/** A meter that the subscription prices, with its position, and where that stood at the begin of the stretch. */
interface Tracked {
  readonly meter: Meter;
  readonly to: Counter;
  readonly from: Counter | null;
}

async function progressOf(tx: TenantTx, of: OfStretch): Promise<Progress | null> {
  const { stretch, subscriptions, events } = of;
  const own = subscriptions.find(({ id }) => id === stretch.subscriptionId);
  if (own === undefined) return null;
  const meters = await findMeters(tx, pricedMeters(own.terms));
  const tracked: Tracked[] = [];
  for (const meter of meters) {
    const to = await counterOf(tx, { ...of, own, meter, period: stretch.period });
    const begun = { from: stretch.period.from, to: stretch.from };
    const from = begun.from < begun.to ? await counterOf(tx, { ...of, own, meter, period: begun }) : null;
    tracked.push({ meter, to, from });
  }
  const steps: (readonly Decimal[])[] = [];
  let last: readonly Decimal[] = tracked.map(({ to }) => to.quantity());
  for (const event of events) {
    last = stepped(tracked, event, { last, stretch });
    if (event.atMs >= toMs(stretch.from)) steps.push(last);
  }
  return {
    stretch,
    steps,
    meters: tracked.map(({ meter, from }) => ({ meterId: meter.id, from: from?.quantity() ?? null })),
  };
}

function stepped(
  tracked: readonly Tracked[],
  event: Accepted,
  { last, stretch }: { readonly last: readonly Decimal[]; readonly stretch: WatchedStretch },
): readonly Decimal[] {
  const properties = JSON.parse(event.properties) as Properties;
  const place = placeOf(toMicros(event.at), event.id);
  return tracked.map(({ meter, to, from }, i): Decimal => {
    const known = last[i] ?? to.quantity();
    const at = event.meters.findIndex(({ id }) => id === meter.id);
    if (at < 0 || !isOwn(meter, properties, stretch.subscriptionId)) return known;
    const one = { atMs: event.atMs, properties, place, reading: event.readings[at] ?? null };
    to.add(one);
    if (event.atMs < toMs(stretch.from)) from?.add(one);
    return to.quantity();
  });
}

interface OfMeter extends OfStretch {
  readonly own: SubscriptionCopy;
  readonly meter: Meter;
  /** From the begin of the period to its end, or to where the stretch begins. */
  readonly period: Period;
}

/** The total of the period, where that says it; else counted from the events, without those that come now. */
async function counterOf(tx: TenantTx, of: OfMeter): Promise<Counter> {
  const { own, meter, period, stretch, subscriptions, now, events } = of;
  const { metric } = meter;
  const namesIt = metric.subscriptionProperty !== undefined;
  const claims = namesIt ? [] : claimsBefore(own.id, meter.id, subscriptions.map(claimantOf));
  const [upTo] = soFar(period, meter, now);
  const parts = upTo === undefined ? [] : outside(upTo, claims);
  if (isTallied(metric) && !namesIt && isWhole(period, parts)) {
    const known = await talliesOf(tx, of);
    if (known !== null) return tallying({ metric, ...known });
  }
  const counted = await countedIn(tx, {
    ...{ customerId: stretch.customerId, meter, timeZone: timeZone(own.terms.timeZone), parts },
    period: { from: period.from, to: stretch.period.to },
    subscriptionId: namesIt ? own.id : null,
    without: events.map(({ id }) => id),
  });
  const measure = { metric, timeZone: timeZone(own.terms.timeZone), parts };
  return measuring({ counted, measure, period: stretch.period });
}

/** What a total said of a meter before these events, and which texts they brought; null where there is no total. */
async function talliesOf(
  tx: TenantTx,
  { stretch: { customerId }, meter, period, before, after }: OfMeter,
): Promise<{ readonly before: Tally | undefined; readonly freshTexts: ReadonlySet<string> } | null> {
  const isOf = (total: Pick<LockedTotal, 'customerId' | 'period'>) =>
    total.customerId === customerId && total.period.from === period.from && total.period.to === period.to;
  const locked = before.find(isOf);
  if (locked !== undefined) {
    const fresh = after.find(isOf)?.tallies.get(meter.id);
    const freshTexts = fresh?.type === 'unique_count' ? fresh.texts : new Set<string>();
    return { before: locked.tallies.get(meter.id), freshTexts };
  }
  // None of the events lies in it, or it would be locked.
  const [total] = await readTotals(tx, [{ customerId, period }]);
  return total === undefined ? null : { before: total.tallies.get(meter.id), freshTexts: new Set() };
}

/** Events that name their subscription are of no other. */
function isOwn({ metric: { subscriptionProperty } }: Meter, properties: Properties, id: string): boolean {
  return subscriptionProperty === undefined || propertyOf(properties, subscriptionProperty) === id;
}

function isIn({ from, to }: Period, atMs: number): boolean {
  return toMs(from) <= atMs && atMs < toMs(to);
}

function claimantOf({ id, beganAt, endsAt, terms, claims }: SubscriptionCopy): Claimant {
  return { id, beganAt, endsAt, priced: pricedUsage(terms), claims };
}
