import type { UsageEventStatus } from '../generated/graphql.js';
import type { StoredEvent } from './store.js';

/** An event in GraphQL. */
export function eventView(event: StoredEvent) {
  const { id, customerId, type, occurredAt, properties, firstProperties, changedAt } = event;
  return {
    ...{ id, type, properties, changedAt },
    customer: { id: customerId },
    timestamp: occurredAt,
    firstProperties: firstProperties ?? properties,
    status: statusOf(event),
  };
}

function statusOf({ voided, meterVersion }: StoredEvent): UsageEventStatus {
  if (voided === true) return 'VOID';
  return meterVersion === 0 ? 'KEPT' : 'COUNTED';
}
