import type { Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { PriceFilter } from '@tollgate/kernel/price/filter';
import type { CommitmentPrice } from '@tollgate/kernel/price/model';
import type { ByPart } from '@tollgate/kernel/rating/commitment';
import { timeZone, type Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import {
  countOn,
  groupValues,
  nothingCounted,
  type Counted,
  type TimedEvents,
} from '../../aggregation/domain/composite.js';
import { countsIn, isOf, type Part } from '../../aggregation/domain/part.js';
import { exactUsage } from '../../aggregation/domain/tally.js';
import { isOfSubscription } from '../../total/count.js';
import { boundedStretches } from '../../total/handlers/measure.js';
import { readEqualEvents } from '../../total/store/event.js';
import { unitsOfWindows, windowsFor, type PricedPeriod } from '../domain/committed-units.js';
import type { Windows } from '../domain/windows.js';
import type { Events } from './events-priced.js';

/** A commitment with where its usage is found. */
export interface Committing {
  readonly price: CommitmentPrice;
  readonly filter: PriceFilter;
  readonly events: Events;
  readonly of: PricedPeriod;
  /** What the price's usage of the period comes to by its meter. */
  readonly quantity: Decimal;
}

/** The units of a commitment. Of one window the meter says what was used; of several the events are counted, window by window. */
export async function committedUnits(tx: TenantTx, committing: Committing): Promise<ByPart> {
  const { price, events, of, quantity } = committing;
  const { windows, window } = windowsFor(price, events.meter, of);
  const used = window === 'period' ? new Map([[0, quantity]]) : await usedByWindow(tx, committing, windows);
  return unitsOfWindows({ price: { ...price, window }, windows, used, of });
}

async function usedByWindow(
  tx: TenantTx,
  committing: Committing,
  windows: Windows,
): Promise<Map<number, Decimal>> {
  return (await windowCounter(tx, committing, windows)).used();
}

/** Usage by window, counted from the events. */
export async function windowCounter(
  tx: TenantTx,
  committing: Omit<Committing, 'quantity'>,
  windows: Windows,
): Promise<WindowCounter> {
  const counter = countingWindows(committing, windows);
  const { customerId, meter, parts, without = [] } = committing.events;
  for (const part of parts) {
    for (const stretch of await boundedStretches(tx, customerId, part)) {
      const wanted = { meterIds: [meter.id], timed: true, binned: true, without };
      for await (const page of readEqualEvents(tx, [stretch], wanted)) counter.count(page, part);
    }
  }
  return counter;
}

/** Usage by window, counted on event by event. */
export interface WindowCounter {
  /** Counts events of a part of the period that counts; others are left out. */
  count(events: readonly TimedEvents[], part: Part): void;
  used(): Map<number, Decimal>;
}

/** Counts usage by window; nothing at first. */
function countingWindows(
  { filter, events, of }: Omit<Committing, 'quantity'>,
  windows: Windows,
): WindowCounter {
  const { meter, subscriptionId } = events;
  const { metric } = meter;
  const counted = new Map<number, Counted>();
  const zone = timeZone(of.terms.timeZone);
  const count = (page: readonly TimedEvents[], part: Part) => {
    const byWindow = new Map<number, TimedEvents[]>();
    for (const event of page) {
      const { properties, at } = event;
      if (!countsIn(part, properties) || !isOf(filter, properties)) continue;
      if (!isOfSubscription(subscriptionId, metric, properties)) continue;
      const index = windows.indexOf(later(at, of.period.from));
      const list = byWindow.get(index);
      if (list === undefined) byWindow.set(index, [event]);
      else list.push(event);
    }
    for (const [index, list] of byWindow) {
      const known = counted.get(index) ?? nothingCounted();
      counted.set(index, known);
      countOn(known, { metric, timeZone: zone, parts: [part] }, list);
    }
  };
  const valueIn = (one: Counted) => rational.sum(groupValues(one, metric, 0).map(({ value }) => value));
  return {
    count,
    used: () => new Map([...counted].map(([index, one]) => [index, exactUsage(metric, valueIn(one))])),
  };
}

/** A quarter of an hour may begin before its period. */
function later(at: Instant | null, from: Instant): Instant {
  return at === null || at < from ? from : at;
}
