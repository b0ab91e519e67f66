import { majorText } from '@tollgate/kernel/money/money';
import type { Queryable } from '@tollgate/runtime/database/db';
import { findInvoices, type InvoiceCopy } from '../copies/invoice.js';
import { methodsOfCustomers } from '../method/handlers.js';
import { paymentsOfInvoices } from '../payment/handlers/find.js';

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

/** An invoice as its payment page shows it; null where there is none. */
export async function invoiceOfLink(db: Queryable, invoiceId: string) {
  const known = await findInvoices(db, [invoiceId]);
  const invoice = known.get(invoiceId);
  if (invoice === undefined) return null;
  const { number, customerId, status, due } = invoice;
  const [[methods = []], [payments = []]] = await Promise.all([
    methodsOfCustomers(db, [customerId]),
    paymentsOfInvoices(db, [invoiceId], null),
  ]);
  const isOpen = (status === 'open' || status === 'uncollectible') && due.minor > 0n;
  return {
    ...{ invoiceId, number, methods, payment: payments[0] ?? null },
    status: isOpen ? ('OPEN' as const) : status === 'void' ? ('VOID' as const) : ('PAID' as const),
    amountDue: { amount: majorText(due), minor: due.minor.toString(), currency: due.currency },
  };
}
