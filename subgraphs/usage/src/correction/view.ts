import type { UsageEventStatus } from '../generated/graphql.js';
import type { EventOutcome } from './domain/outcome.js';
import type { StoredEvent } from './store.js';

/** An event in GraphQL. */
export function eventView(event: StoredEvent) {
  const { id, customerId, type, occurredAt, properties, firstProperties, changedAt, recordedAt } = event;
  return {
    // What became of it is found out where it is asked for.
    stored: event,
    ...{ id, type, properties, changedAt, recordedAt },
    customer: { id: customerId },
    timestamp: occurredAt,
    firstProperties: firstProperties ?? properties,
    status: statusOf(event),
  };
}

/** What became of an event with a meter, in GraphQL. */
export function outcomeView({ subscriptionId, ...outcome }: EventOutcome) {
  const subscription =
    subscriptionId === null ? null : { __typename: 'PlanSubscription' as const, id: subscriptionId };
  return { ...outcome, subscription };
}

function statusOf({ voided, meterVersion }: StoredEvent): UsageEventStatus {
  if (voided === true) return 'VOID';
  return meterVersion === 0 ? 'KEPT' : 'COUNTED';
}
