import { toMs, type Period } from '@tollgate/kernel/time/time';
import { propertyOf, type Properties } from '../../aggregation/domain/reading.js';
import type { Meter } from '../../meter/domain/meter.js';

/** A subscription whose usage came to its cap: nothing more is counted of its meters in this period. */
export interface Stop {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly period: Period;
  /** Meters that it prices. */
  readonly meterIds: ReadonlySet<string>;
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
  return stops.some(({ customerId, period, meterIds, subscriptionId }) => {
    if (customerId !== event.customerId) return false;
    if (event.atMs < toMs(period.from) || event.atMs >= toMs(period.to)) return false;
    return event.meters.some(({ id, metric: { subscriptionProperty: name } }) => {
      if (!meterIds.has(id)) return false;
      return (
        name === undefined || propertyOf(JSON.parse(event.properties) as Properties, name) === subscriptionId
      );
    });
  });
}
