import type { EventRecord, Provider } from './records.js';

/** The API version whose shapes this sandbox speaks. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

/** The event as the provider sends it about a resource. */
export function eventRecord(
  provider: Provider,
  type: string,
  resource: unknown,
  id: string,
  now: Date,
): EventRecord {
  const body =
    provider === 'stripe' ? stripeEvent(type, resource, id, now) : paypalEvent(type, resource, id, now);
  return { id, provider, type, body: JSON.stringify(body), delivery: 'pending' };
}

function stripeEvent(type: string, object: unknown, id: string, now: Date): unknown {
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

function paypalEvent(type: string, resource: unknown, id: string, now: Date): unknown {
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
