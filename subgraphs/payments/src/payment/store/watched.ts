import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { findPayments } from './payment.js';
import { PAYMENT_COLUMNS, type PaymentRow } from './row.js';

/** Payments that a customer's watchers get first, and what one is told at most of what it missed. */
const LATEST_MAX = 50;
const CHANGED_MAX = 1_000;

/** The newest payments of a customer, the oldest of them first. */
export async function latestPayments(tx: Queryable, customerId: string): Promise<PaymentRow[]> {
  const rows = await tx.query<PaymentRow>(
    `SELECT ${PAYMENT_COLUMNS.join(', ')} FROM {t}.payment WHERE customer_id = $1 ORDER BY id DESC LIMIT $2`,
    [customerId, LATEST_MAX],
  );
  return rows.reverse();
}

/** Payments that changed at that time or later, in the order of their ids; null where there are more than can be told. */
export async function paymentsChangedSince(tx: TenantTx, since: Instant): Promise<PaymentRow[] | null> {
  const changed = await tx.query<{ stream: string }>(
    `SELECT DISTINCT stream FROM {t}.event WHERE recorded_at >= $1 AND stream LIKE 'pay\\_%' LIMIT $2`,
    [since, CHANGED_MAX + 1],
  );
  if (changed.length > CHANGED_MAX) return null;
  const ids = changed.map(({ stream }) => stream);
  return (await findPayments(tx, ids, null)).sort((a, b) => (a.id < b.id ? -1 : 1));
}
