import type { Price } from '@tollgate/contracts/plans/price';
import { ALL_USAGE } from '@tollgate/kernel/price/filter';
import type { CommitmentPrice, EventPrice } from '@tollgate/kernel/price/model';
import { decimalOfRatio } from '@tollgate/kernel/rating/ratio';
import { instantFromMs } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { isOf } from '../aggregation/domain/part.js';
import { decimalOf } from '../aggregation/domain/quantity.js';
import {
  committedFigures,
  unitsOfWindows,
  windowsFor,
  type PricedPeriod,
} from '../position/domain/committed-units.js';
import { windowCounter } from '../position/handlers/committed.js';
import { eventsPriced, type Events } from '../position/handlers/events-priced.js';
import { amountOfGroups, ownOf } from '../position/handlers/priced.js';
import { readingOf } from '../aggregation/domain/reading.js';
import type { PriceFigures } from '../position/domain/figures.js';
import { partOf, type Counter, type Progressing } from './domain/counter.js';

/** Where a price stands that more than a quantity of its meter is priced by, event by event. */
export interface PriceCounter {
  /** Counts an event on that the meter's counter has counted; `coming` are ids of events that are stored and not counted yet. */
  add(tx: TenantTx, event: Progressing, coming: readonly string[]): Promise<void>;
  figures(): PriceFigures;
}

/** A price, the counter of its meter, and which events both count. */
export interface PriceCounting {
  readonly price: Price;
  readonly counter: Counter;
  readonly events: Events;
  readonly of: PricedPeriod;
}

/** Where a price stands before events are counted on. */
export async function priceCounterOf(tx: TenantTx, counting: PriceCounting): Promise<PriceCounter> {
  const { price } = counting.price;
  switch (price.model) {
    case 'percentage':
    case 'dynamic':
      return byEvents(tx, price, counting);
    case 'commitment':
      return byWindows(tx, price, counting);
    default:
      return {
        add: () => Promise.resolve(),
        figures: () => {
          const { groups, quantity, events } = figuresNow(counting);
          return { quantity, events, amount: amountOfGroups(counting.price, counting.events.meter, groups) };
        },
      };
  }
}

function figuresNow({ price, counter, events }: PriceCounting) {
  return ownOf(price, events.meter, counter.groups());
}

/** One that comes before events whose order mattered changes what those cost: then all are priced again. */
async function byEvents(tx: TenantTx, price: EventPrice, counting: PriceCounting): Promise<PriceCounter> {
  const { filter = ALL_USAGE } = counting.price;
  const { events } = counting;
  let priced = await eventsPriced(tx, { price, filter, events });
  return {
    add: async (now, event, coming) => {
      const { properties, place } = event;
      // The event brings a reading for meters that are counted event by event alone.
      const reading = readingOf(events.meter.metric, { properties, times: 1, place: '' });
      if (reading === null || partOf(events.parts, event) === null || !isOf(filter, properties)) return;
      if (place <= priced.orderedTo) {
        priced = await eventsPriced(now, { price, filter, events: { ...events, without: coming } });
        return;
      }
      if (priced.run.isOrdered()) priced = { ...priced, orderedTo: place };
      priced.run.add(decimalOf(reading.quantity), 1);
    },
    figures: () => {
      const { quantity, events: count } = figuresNow(counting);
      return { quantity, events: count, amount: decimalOfRatio(priced.run.total()) };
    },
  };
}

async function byWindows(
  tx: TenantTx,
  price: CommitmentPrice,
  counting: PriceCounting,
): Promise<PriceCounter> {
  const { filter = ALL_USAGE } = counting.price;
  const { events, of } = counting;
  const { windows, window } = windowsFor(price, events.meter, of);
  const counted =
    window === 'period' ? null : await windowCounter(tx, { price, filter, events, of }, windows);
  return {
    add: (_tx, event) => {
      const part = partOf(events.parts, event);
      const { atMs, properties, place } = event;
      if (part !== null) counted?.count([{ at: instantFromMs(atMs), properties, place, times: 1 }], part);
      return Promise.resolve();
    },
    figures: () => {
      const { quantity, events: count } = figuresNow(counting);
      const used = counted?.used() ?? new Map([[0, quantity]]);
      const units = unitsOfWindows({ price: { ...price, window }, windows, used, of });
      return { quantity, events: count, ...committedFigures(price, units) };
    },
  };
}
