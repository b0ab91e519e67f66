import { meterCreated } from '@tollgate/contracts/usage/meter';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Meter } from './domain/meter.js';

/** A meter exists. */
export function meterMessage(meter: Meter): Outgoing {
  const { id, code, name, eventType, metric } = meter;
  const { type: aggregation, property = null, filters = [], rounding = null } = metric;
  const record = {
    meterId: id as Id<'mtr'>,
    code,
    name,
    eventType,
    aggregation,
    property,
    filters,
    rounding,
  };
  return outgoing(meterCreated, id, meter.createdAt as Instant, record);
}
