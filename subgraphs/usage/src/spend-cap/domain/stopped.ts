import type { PricedUsage } from '@tollgate/kernel/price/filter';
import { toMs, type Period } from '@tollgate/kernel/time/time';
import { isOf } from '../../aggregation/domain/part.js';
import { propertyOf, readingOf, type Properties } from '../../aggregation/domain/reading.js';
import type { Meter } from '../../meter/domain/meter.js';

/** A subscription whose usage came to its cap: nothing more is counted of its meters in this period. */
export interface Stop {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly period: Period;
  /** What it prices: of each meter all usage, or that of a filter. */
  readonly usage: readonly PricedUsage[];
}

/** An event that is about to be stored. */
export interface Incoming {
  readonly customerId: string;
  readonly atMs: number;
  readonly meters: readonly Meter[];
  /** JSON text. */
  readonly properties: string;
}

/** Whether an event would be billed by one of these subscriptions; one that names another is not. */
export function isStopped(event: Incoming, stops: readonly Stop[]): boolean {
  return stops.some(({ customerId, period, usage, subscriptionId }) => {
    if (customerId !== event.customerId) return false;
    if (event.atMs < toMs(period.from) || event.atMs >= toMs(period.to)) return false;
    const properties = JSON.parse(event.properties) as Properties;
    return event.meters.some(({ id, metric }) => {
      const { subscriptionProperty: name } = metric;
      const isOwn = name === undefined || propertyOf(properties, name) === subscriptionId;
      if (!isOwn || readingOf(metric, { properties, times: 1, place: '' }) === null) return false;
      return usage.some(({ meterId, filter }) => meterId === id && isOf(filter, properties));
    });
  });
}
