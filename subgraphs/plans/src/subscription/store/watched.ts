import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import type { SubscriptionRow } from '../store.js';

/** Subscriptions of a customer that a watcher gets first; the same as invoices tell. */
const LATEST_MAX = 50;
/** Subscriptions that a watcher may have missed and is told of; beyond it, it is told that it fell behind. */
const CHANGED_MAX = 1_000;

/** A customer's newest subscriptions, the oldest of them first. */
export async function latestSubscriptions(tx: Queryable, customerId: string): Promise<SubscriptionRow[]> {
  const rows = await tx.query<SubscriptionRow>(
    'SELECT * FROM {t}.plans_subscription WHERE customer_id = $1 ORDER BY id DESC LIMIT $2',
    [customerId, LATEST_MAX],
  );
  return rows.reverse();
}

/** Those that changed at that time or later, in the order of their ids; null where there are more than can be told. */
export async function subscriptionsChangedSince(
  tx: Queryable,
  since: Instant,
): Promise<SubscriptionRow[] | null> {
  const changed = await tx.query<{ stream: string }>(
    `SELECT DISTINCT stream FROM {t}.event WHERE recorded_at >= $1 AND stream LIKE 'sub\\_%' LIMIT $2`,
    [since, CHANGED_MAX + 1],
  );
  if (changed.length > CHANGED_MAX) return null;
  return tx.query<SubscriptionRow>('SELECT * FROM {t}.plans_subscription WHERE id = ANY($1) ORDER BY id', [
    changed.map(({ stream }) => stream),
  ]);
}
