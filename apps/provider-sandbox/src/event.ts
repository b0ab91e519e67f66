import type { EventRecord, Provider } from './records.js';

/** The API version whose shapes this sandbox speaks. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

/** Something that happened at a provider, about one of its resources. */
export interface Occurrence {
  readonly id: string;
  readonly type: string;
  readonly resource: unknown;
  readonly now: Date;
}

/** The event as the provider sends it about a resource. */
export function eventRecord(provider: Provider, occurrence: Occurrence): EventRecord {
  const body = provider === 'stripe' ? stripeEvent(occurrence) : paypalEvent(occurrence);
  const { id, type } = occurrence;
  return { id, provider, type, body: JSON.stringify(body), delivery: 'pending' };
}

function stripeEvent({ type, resource: object, id, now }: Occurrence): unknown {
  return {
    id,
    object: 'event',
    api_version: STRIPE_API_VERSION,
    created: Math.floor(now.getTime() / 1_000),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
}

function paypalEvent({ type, resource, id, now }: Occurrence): unknown {
  return {
    id,
    event_version: '1.0',
    create_time: now.toISOString(),
    resource_type: type.split('.')[1]?.toLowerCase() ?? 'resource',
    resource_version: '2.0',
    event_type: type,
    summary: type,
    resource,
    links: [],
  };
}
