import type { Price } from '@tollgate/contracts/plans/price';
import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { ALL_USAGE, passesFilter, type PriceFilter } from '@tollgate/kernel/price/filter';
import type { EventPrice } from '@tollgate/kernel/price/model';
import { eventRun, type EventRun } from '@tollgate/kernel/rating/events';
import { decimalOfRatio } from '@tollgate/kernel/rating/ratio';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { GroupCount } from '../../aggregation/domain/composite.js';
import { countsIn, isOf } from '../../aggregation/domain/part.js';
import { decimalOf } from '../../aggregation/domain/quantity.js';
import { readingOf, type Properties } from '../../aggregation/domain/reading.js';
import type { Meter } from '../../meter/domain/meter.js';
import { metersOf } from '../../subscription/store.js';
import { isOfSubscription } from '../../total/count.js';
import type { Figures } from '../../total/domain/tallies.js';
import { boundedStretches, figuresOfGroups, type ToMeasure } from '../../total/handlers/measure.js';
import { readEqualEvents, readEventsInTurn } from '../../total/store/event.js';
import type { Stretch } from '../../total/store/total.js';
import { matrixTotal } from '../domain/groups.js';

/** Where a price stands that more than the quantity of its meter is priced by. */
export interface PricePosition extends Figures {
  readonly price: Price;
  readonly meter: Meter;
  /** What it comes to before maximum and minimum; null where the quantity is priced. */
  readonly amount: Decimal | null;
  readonly groups: readonly GroupCount[];
}

/** Prices that are counted by themselves, by meter, and the meters whose quantity is priced or limited. */
export function pricesApart(
  terms: ResolvedTerms,
  meters: readonly Meter[],
): { readonly alone: ReadonlyMap<Meter, readonly Price[]>; readonly meterIds: readonly string[] } {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const alone = new Map<Meter, Price[]>();
  const plain = new Set<string>();
  for (const price of terms.prices) {
    if (price.meterId === null) continue;
    const meter = byId.get(price.meterId);
    if (meter === undefined || !isApart(price, meter)) plain.add(price.meterId);
    else alone.set(meter, [...(alone.get(meter) ?? []), price]);
  }
  const counted = new Set([...alone.keys()].map(({ id }) => id));
  return { alone, meterIds: metersOf(terms).filter((id) => plain.has(id) || !counted.has(id)) };
}

/** Prices of single events and of dimensions, prices of a part of the usage, and those whose usage has dimensions to tell. */
function isApart({ price, filter }: Price, { metric }: Meter): boolean {
  const { model } = price;
  if (model === 'percentage' || model === 'dynamic' || model === 'matrix') return true;
  return filter !== undefined || (metric.groupBy ?? []).length > 0;
}

/** A price with what its meter counted, and where its events are found. */
export interface Pricing {
  readonly price: Price;
  readonly groups: readonly GroupCount[];
  readonly events: Events;
}

type Events = Pick<ToMeasure, 'customerId' | 'meter' | 'parts' | 'subscriptionId'>;

/** Where a price stands. */
export async function pricePosition(
  tx: TenantTx,
  { price, groups, events }: Pricing,
): Promise<PricePosition> {
  const { meter } = events;
  const { filter = ALL_USAGE } = price;
  const own = filter.length === 0 ? groups : groups.filter((group) => isGroupOf(filter, meter, group));
  const head = { price, meter, groups: own, ...figuresOfGroups(meter, own) };
  switch (price.price.model) {
    case 'percentage':
    case 'dynamic':
      return { ...head, amount: await eventsTotal(tx, { price: price.price, filter, events }) };
    case 'matrix':
      return { ...head, amount: matrixTotal(price.price, meter.metric.groupBy ?? [], own) };
    default:
      return { ...head, amount: null };
  }
}

function isGroupOf(filter: PriceFilter, { metric: { groupBy = [] } }: Meter, { texts }: GroupCount): boolean {
  return passesFilter(filter, (name) => texts[groupBy.indexOf(name)] ?? '');
}

interface EventPricing {
  readonly price: EventPrice;
  readonly filter: PriceFilter;
  readonly events: Events;
}

/** The events one by one for as long as their order matters, and alike ones together from then on. */
async function eventsTotal(tx: TenantTx, pricing: EventPricing): Promise<Decimal> {
  const run = eventRun(pricing.price);
  const { customerId, parts } = pricing.events;
  for (const part of parts) {
    const counts = (properties: Properties) => countsIn(part, properties);
    for (const stretch of await boundedStretches(tx, customerId, part))
      await runThrough(tx, { ...pricing, run, stretch, counts });
  }
  return decimalOfRatio(run.total());
}

interface Running extends EventPricing {
  readonly run: EventRun;
  readonly stretch: Stretch;
  readonly counts: (properties: Properties) => boolean;
}

async function runThrough(tx: TenantTx, { run, stretch, counts, filter, events }: Running): Promise<void> {
  const { meter, subscriptionId } = events;
  const { metric } = meter;
  const add = (properties: Properties, times: number) => {
    if (!counts(properties) || !isOf(filter, properties)) return;
    if (!isOfSubscription(subscriptionId, metric, properties)) return;
    const reading = readingOf(metric, { properties, times, place: '' });
    if (reading !== null) run.add(decimalOf(reading.quantity), times);
  };
  if (run.isOrdered())
    for await (const page of readEventsInTurn(tx, stretch, meter.id))
      for (const properties of page) add(properties, 1);
  else
    for await (const page of readEqualEvents(tx, [stretch], { meterIds: [meter.id], timed: false }))
      for (const { properties, times } of page) add(properties, times);
}
