import type { PriceFilter } from '@tollgate/kernel/price/filter';
import type { EventPrice } from '@tollgate/kernel/price/model';
import { eventRun, type EventRun } from '@tollgate/kernel/rating/events';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { countsIn, isOf } from '../../aggregation/domain/part.js';
import { decimalOf } from '../../aggregation/domain/quantity.js';
import { readingOf, type Properties } from '../../aggregation/domain/reading.js';
import { isOfSubscription } from '../../total/count.js';
import { boundedStretches, type ToMeasure } from '../../total/handlers/measure.js';
import { readEqualEvents, readEventsInTurn } from '../../total/store/event.js';
import type { Stretch } from '../../total/store/total.js';

/** Where the events of a price are found. */
export type Events = Pick<ToMeasure, 'customerId' | 'meter' | 'parts' | 'subscriptionId' | 'without'>;

/** A price of single events, and which they are. */
export interface EventPricing {
  readonly price: EventPrice;
  readonly filter: PriceFilter;
  readonly events: Events;
}

/** A price that went through its events. */
export interface PricedRun {
  readonly run: EventRun;
  /** The place of the last event that was priced while order mattered: what comes before it must be priced in its place. */
  readonly orderedTo: string;
}

/** The events one by one for as long as their order matters, and alike ones together from then on. */
export async function eventsPriced(tx: TenantTx, pricing: EventPricing): Promise<PricedRun> {
  const run = eventRun(pricing.price);
  const { customerId, parts } = pricing.events;
  let orderedTo = '';
  for (const part of parts) {
    const counts = (properties: Properties) => countsIn(part, properties);
    for (const stretch of await boundedStretches(tx, customerId, part))
      orderedTo = (await runThrough(tx, { ...pricing, run, stretch, counts })) ?? orderedTo;
  }
  return { run, orderedTo };
}

interface Running extends EventPricing {
  readonly run: EventRun;
  readonly stretch: Stretch;
  readonly counts: (properties: Properties) => boolean;
}

/** The place of the last event that was priced while order mattered; null where it never did. */
async function runThrough(
  tx: TenantTx,
  { run, stretch, counts, filter, events }: Running,
): Promise<string | null> {
  const { meter, subscriptionId, without = [] } = events;
  const { metric } = meter;
  let orderedTo: string | null = null;
  const add = (properties: Properties, times: number, place: string | null) => {
    if (!counts(properties) || !isOf(filter, properties)) return;
    if (!isOfSubscription(subscriptionId, metric, properties)) return;
    const reading = readingOf(metric, { properties, times, place: '' });
    if (reading === null) return;
    if (place !== null && run.isOrdered()) orderedTo = place;
    run.add(decimalOf(reading.quantity), times);
  };
  const wanted = { meterId: meter.id, without };
  if (run.isOrdered())
    for await (const page of readEventsInTurn(tx, stretch, wanted))
      for (const { properties, place } of page) add(properties, 1, place);
  else
    for await (const page of readEqualEvents(tx, [stretch], { meterIds: [meter.id], timed: false, without }))
      for (const { properties, times } of page) add(properties, times, null);
  return orderedTo;
}
