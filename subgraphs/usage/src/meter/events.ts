import { meterCreated } from '@tollgate/contracts/usage/meter';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Meter } from './domain/meter.js';

/** A meter exists. */
export function meterMessage(meter: Meter, at: Instant): Outgoing {
  const { id, code, name, eventType, metric } = meter;
  const { type: aggregation, property = null, filters = [], rounding = null } = metric;
  const { subscriptionProperty = null, groupBy = [], window = null, windowCombine = null } = metric;
  const kept = filters.map((filter) =>
    'in' in filter
      ? { property: filter.property, in: [...filter.in] }
      : { property: filter.property, notIn: [...filter.notIn] },
  );
  const record = {
    meterId: id as Id<'mtr'>,
    code,
    name,
    eventType,
    aggregation,
    property,
    filters: kept,
    rounding,
    ...{ groupBy: [...groupBy], window, windowCombine, subscriptionProperty },
  };
  return outgoing(meterCreated, { aggregate: id, occurredAt: at, data: record });
}
