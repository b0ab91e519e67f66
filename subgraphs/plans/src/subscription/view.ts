import type { CycleChoice, Proration } from '../generated/graphql.js';
import type { ChangeSubscription } from './domain/change.js';
import type { SubscriptionRow } from './store.js';

/** What parts are measured in, in the rules' words. */
export const PRORATION = {
  DAY: 'day',
  SECOND: 'second',
  THIRTY_DAY: 'thirty_day',
  NONE: 'none',
} as const satisfies Readonly<Record<Proration, ChangeSubscription['proration']>>;

/** What becomes of an add-on at the end of the period, as the schema says it. */
export const WAITS = { to_join: 'TO_JOIN', to_leave: 'TO_LEAVE' } as const;

/** Whether a period goes on, in the rules' words. */
export const CYCLE = { KEEP: 'keep', RESTART: 'restart' } as const satisfies Readonly<
  Record<CycleChoice, ChangeSubscription['cycle']>
>;

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
    activatesUntil: row.activates_until,
    cancelAt: row.cancel_at,
    endedAt: row.ended_at,
  };
}
