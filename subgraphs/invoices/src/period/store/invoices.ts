import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { STATE, stored, type StateRow, type StoredInvoice } from '../../invoice/store.js';

/** Invoices of a subscription with fees that cover something at that time, or that give such back; the oldest first. */
export async function findCovering(
  tx: Queryable,
  subscriptionId: string,
  at: Instant,
): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(
    `SELECT ${STATE} FROM {t}.invoices_invoice WHERE (subscription_id = $1 OR joint_ids @> ARRAY[$1]) AND covers_until > $2 ORDER BY id`,
    [subscriptionId, at],
  );
  return rows.map(stored);
}

/** Ids of the invoices of these subscriptions with fees that cover something after that time. */
export async function findCoveringIds(
  tx: Queryable,
  subscriptionIds: readonly string[],
  at: Instant,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM {t}.invoices_invoice
     WHERE (subscription_id = ANY($1) OR joint_ids && $1::text[]) AND covers_until > $2 AND status <> 'void' ORDER BY id`,
    [subscriptionIds, at],
  );
  return rows.map(({ id }) => id);
}

/** Which of these subscriptions have the invoice of their start already. */
export async function startedInvoices(
  tx: Queryable,
  subscriptionIds: readonly string[],
): Promise<Set<string>> {
  if (subscriptionIds.length === 0) return new Set();
  const rows = await tx.query<{ subscription_id: string }>(
    `SELECT subscription_id FROM {t}.invoices_invoice WHERE origin = 'start' AND subscription_id = ANY($1)`,
    [subscriptionIds],
  );
  return new Set(rows.map((row) => row.subscription_id));
}

/** The invoice of a subscription's start; null where there is none. */
export async function startInvoiceOf(tx: Queryable, subscriptionId: string): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(
    `SELECT id FROM {t}.invoices_invoice WHERE origin = 'start' AND subscription_id = $1 ORDER BY id LIMIT 1`,
    [subscriptionId],
  );
  return row?.id ?? null;
}
