import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { findInvoices, STATE, stored, type StateRow, type StoredInvoice } from '../store.js';

/** Invoices that a customer's watchers get first, and what one is told at most of what it missed. */
const LATEST_MAX = 50;
const CHANGED_MAX = 1_000;

/** The newest invoices that a customer is billed by or pays, the oldest of them first. */
export async function latestInvoices(tx: Queryable, customerId: string): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(
    `SELECT * FROM (
       (SELECT ${STATE} FROM {t}.invoices_invoice WHERE customer_id = $1 ORDER BY id DESC LIMIT $2) UNION ALL
       (SELECT ${STATE} FROM {t}.invoices_invoice WHERE payer_id = $1 ORDER BY id DESC LIMIT $2)) latest
     ORDER BY id DESC LIMIT $2`,
    [customerId, LATEST_MAX],
  );
  return rows.map(stored).reverse();
}

/** Invoices that changed at that time or later, in the order of their ids; null where there are more than can be told. */
export async function invoicesChangedSince(tx: TenantTx, since: Instant): Promise<StoredInvoice[] | null> {
  const changed = await tx.query<{ stream: string }>(
    `SELECT DISTINCT stream FROM {t}.event WHERE recorded_at >= $1 AND stream LIKE 'inv\\_%' LIMIT $2`,
    [since, CHANGED_MAX + 1],
  );
  if (changed.length > CHANGED_MAX) return null;
  const invoices = await findInvoices(
    tx,
    changed.map(({ stream }) => stream),
  );
  return invoices.sort((a, b) => (a.id < b.id ? -1 : 1));
}
