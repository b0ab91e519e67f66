import type { Currency } from '@tollgate/kernel/money/currency';
import type { Queryable } from '@tollgate/runtime/database/db';
import { STATE, stored, type StateRow, type StoredInvoice } from '../invoice/store.js';

/** Whoever pays invoices, in a currency. */
export interface Payer {
  readonly customerId: string;
  readonly currency: Currency;
}

/** A page of final invoices that a customer pays, the newest first, from one on; null: from the newest. */
export async function findPayable(
  db: Queryable,
  { customerId, currency }: Payer,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<StoredInvoice[]> {
  const rows = await db.query<StateRow>(
    `SELECT ${STATE} FROM {t}.invoices_invoice
     WHERE ${PAID_BY} AND currency = $2 AND status <> 'draft' AND ($3::text IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [customerId, currency, before, limit],
  );
  return rows.map(stored);
}

/** Invoices that a customer has to pay yet, or that were given up. */
export async function findOwed(db: Queryable, { customerId, currency }: Payer): Promise<StoredInvoice[]> {
  const rows = await db.query<StateRow>(
    `SELECT ${STATE} FROM {t}.invoices_invoice
     WHERE ${PAID_BY} AND currency = $2 AND status IN ('open', 'uncollectible')`,
    [customerId, currency],
  );
  return rows.map(stored);
}

const PAID_BY = '(payer_id = $1 OR payer_id IS NULL AND customer_id = $1)';
