import type { Queryable } from '@tollgate/runtime/database/db';
import { findInvoices, type InvoiceCopy } from '../copies/invoice.js';

/** Those of these invoices on which something is due that this customer pays; null where there is no limit. */
export async function payableInvoices(
  db: Queryable,
  invoiceIds: readonly string[],
  limit: string | null,
): Promise<(InvoiceCopy | null)[]> {
  const known = await findInvoices(db, invoiceIds);
  return invoiceIds.map((id) => {
    const invoice = known.get(id);
    if (invoice === undefined || invoice.due.minor <= 0n) return null;
    const isOpen = invoice.status === 'open' || invoice.status === 'uncollectible';
    return isOpen && (limit === null || limit === invoice.customerId) ? invoice : null;
  });
}
