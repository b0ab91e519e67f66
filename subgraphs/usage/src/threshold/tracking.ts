import type { Decimal } from '@tollgate/kernel/number/decimal';
import { timeZone, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { isTallied } from '../aggregation/domain/composite.js';
import { propertyOf, type Properties } from '../aggregation/domain/reading.js';
import type { Tally } from '../aggregation/domain/tally.js';
import type { Meter } from '../meter/domain/meter.js';
import { findMeters } from '../meter/store.js';
import type { Events } from '../position/handlers/events-priced.js';
import { pricesApart } from '../position/handlers/priced.js';
import type { PriceFigures } from '../position/domain/figures.js';
import { claimsBefore, isWhole, outside, type Claimant } from '../subscription/domain/claims.js';
import { pricedMeters, pricedUsage, type SubscriptionCopy } from '../subscription/store.js';
import { countedIn, soFar } from '../total/handlers/measure.js';
import { readTotals, type LockedTotal } from '../total/store/total.js';
import { measuring, tallying, type Counter, type Progressing } from './domain/counter.js';
import type { WatchedStretch } from './domain/watched.js';
import type { Accepted, Counted } from './handlers.js';
import { priceCounterOf, type PriceCounter } from './price-counter.js';

/** Events of a customer in the period of a watched stretch. */
export interface OfStretch extends Counted {
  readonly stretch: WatchedStretch;
  /** All of the customer's, the oldest first. */
  readonly subscriptions: readonly SubscriptionCopy[];
}

/** A meter that the subscription prices, with its position, and where that stood at the begin of the stretch. */
export interface TrackedMeter {
  readonly meter: Meter;
  readonly to: Counter;
  readonly from: Counter | null;
}

/** The same of a price that more than the quantity of its meter is priced by. */
export interface TrackedPrice {
  readonly priceId: string;
  readonly meterId: string;
  readonly to: PriceCounter;
  readonly from: PriceCounter | null;
}

/** All that is followed in a stretch; meters whose quantity is priced are named apart. */
export interface Tracked {
  readonly meters: readonly TrackedMeter[];
  readonly plain: readonly TrackedMeter[];
  readonly prices: readonly TrackedPrice[];
}

/** Where all that the subscription prices stands before the events. */
export async function tracked(tx: TenantTx, of: OfStretch, own: SubscriptionCopy): Promise<Tracked> {
  const { stretch } = of;
  const known = await findMeters(tx, pricedMeters(own.terms));
  const { alone, meterIds } = pricesApart(own.terms, known);
  const begun = { from: stretch.period.from, to: stretch.from };
  const meters: TrackedMeter[] = [];
  const prices: TrackedPrice[] = [];
  for (const meter of known) {
    const at = { ...of, own, meter };
    const to = await counterOf(tx, { ...at, period: stretch.period });
    const from = begun.from < begun.to ? await counterOf(tx, { ...at, period: begun }) : null;
    meters.push({ meter, to, from });
    for (const price of alone.get(meter) ?? []) {
      const counting = { price, of: pricedPeriod(at) };
      const ends = { ...counting, counter: to, events: eventsOf({ ...at, period: stretch.period }) };
      const begins = from && { ...counting, counter: from, events: eventsOf({ ...at, period: begun }) };
      prices.push({
        ...{ priceId: price.priceId, meterId: meter.id, to: await priceCounterOf(tx, ends) },
        from: begins && (await priceCounterOf(tx, begins)),
      });
    }
  }
  const plain = new Set(meterIds);
  return { meters, plain: meters.filter(({ meter }) => plain.has(meter.id)), prices };
}

/** Where all of them stand: quantities of the meters, figures of the prices. */
export interface Step {
  readonly meters: readonly Decimal[];
  readonly prices: readonly PriceFigures[];
}

/** Where all of them stand now. */
export function standing({ plain, prices }: Pick<Tracked, 'plain' | 'prices'>): Step {
  return { meters: plain.map(({ to }) => to.quantity()), prices: prices.map(({ to }) => to.figures()) };
}

/** Where all of them stand now; what did not move is the same as it was. */
export function moved(last: Step, now: Step): Step {
  return {
    meters: now.meters,
    prices: now.prices.map((figures, i) => {
      const before = last.prices[i];
      return before !== undefined && textOf(before) === textOf(figures) ? before : figures;
    }),
  };
}

function textOf({ quantity, events, amount, parts = [] }: PriceFigures): string {
  const lines = parts.map((one) => `${one.quantity} ${one.amount}`);
  return [quantity, events, amount, ...lines].join('/');
}

/** An event that is counted on, and the ids of those that come after it. */
export interface Coming extends Progressing {
  readonly isBefore: boolean;
  readonly coming: readonly string[];
}

/** Counts an event on by one of its meters. */
export async function countOnBy(
  tx: TenantTx,
  { meters, prices }: Tracked,
  [meterId, event]: readonly [string, Coming],
): Promise<void> {
  const own = meters.find(({ meter }) => meter.id === meterId);
  if (own === undefined) return;
  own.to.add(event);
  if (event.isBefore) own.from?.add(event);
  for (const price of prices) {
    if (price.meterId !== meterId) continue;
    await price.to.add(tx, event, event.coming);
    if (event.isBefore) await price.from?.add(tx, event, event.coming);
  }
}

interface OfMeter extends OfStretch {
  readonly own: SubscriptionCopy;
  readonly meter: Meter;
  /** From the begin of the period to its end, or to where the stretch begins. */
  readonly period: Period;
}

/** The total of the period, where that says it; else counted from the events, without those that come now. */
async function counterOf(tx: TenantTx, of: OfMeter): Promise<Counter> {
  const { own, meter, period, stretch } = of;
  const { metric } = meter;
  const counted = eventsOf(of);
  const { parts, subscriptionId } = counted;
  if (isTallied(metric) && subscriptionId === null && isWhole(period, parts)) {
    const known = await talliesOf(tx, of);
    if (known !== null) return tallying({ metric, ...known });
  }
  const zone = timeZone(own.terms.timeZone);
  const spread = { from: period.from, to: stretch.period.to };
  const known = await countedIn(tx, { ...counted, timeZone: zone, period: spread });
  return measuring({ counted: known, measure: { metric, timeZone: zone, parts }, period: stretch.period });
}

/** Which events count for a meter, without those that come now. */
function eventsOf({ own, meter, period, stretch, subscriptions, now, events }: OfMeter): Events {
  const namesIt = meter.metric.subscriptionProperty !== undefined;
  const claims = namesIt ? [] : claimsBefore(own.id, meter.id, subscriptions.map(claimantOf));
  const [upTo] = soFar(period, meter, now);
  return {
    ...{ customerId: stretch.customerId, meter, subscriptionId: namesIt ? own.id : null },
    parts: upTo === undefined ? [] : outside(upTo, claims),
    without: events.map(({ id }: Accepted) => id),
  };
}

/** What windows of commitments are counted in; none is settled before it is billed. */
function pricedPeriod({ own, stretch }: Pick<OfMeter, 'own' | 'stretch'>) {
  return { terms: own.terms, period: stretch.period, opened: stretch.period.to };
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
export function isOwn(
  { metric: { subscriptionProperty } }: Meter,
  properties: Properties,
  id: string,
): boolean {
  return subscriptionProperty === undefined || propertyOf(properties, subscriptionProperty) === id;
}

function claimantOf({ id, beganAt, endsAt, terms, claims }: SubscriptionCopy): Claimant {
  return { id, beganAt, endsAt, priced: pricedUsage(terms), claims };
}
