import type { SubscriptionRow } from './store.js';

/** A subscription as the schema shows it. */
export function subscriptionView(row: SubscriptionRow) {
  const { period_from: from, period_to: to } = row;
  return {
    id: row.id,
    externalId: row.external_id,
    metadata: row.metadata,
    createdAt: row.created_at,
    status: row.status,
    quantity: row.quantity,
    currency: row.currency,
    timeZone: row.time_zone,
    startsOn: row.starts_on,
    currentPeriod: from === null || to === null ? null : { from, to },
    currentPeriodIndex: row.period_index,
    cancelAt: row.cancel_at,
    endedAt: row.ended_at,
  };
}
