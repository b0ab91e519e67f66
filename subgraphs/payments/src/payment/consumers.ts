import { invoiceFinalised, invoicePaid, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { assert } from '@tollgate/kernel/assert';
import { isCurrency } from '@tollgate/kernel/money/currency';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import type { InvoiceCopy } from '../copies/invoice.js';
import { collectInvoices, stopCollecting } from './handlers/collect.js';

/** What invoices tell of what is to be collected. */
export const invoiceSubscriptions = [
  onMany(invoiceFinalised, (tx, messages) =>
    collectInvoices(
      tx,
      messages.map(({ data }) => copyOf(data, { minor: data.dueMinor, status: 'open' })),
    ),
  ),
  on(invoicePaid, (tx, { data }) =>
    stopCollecting(tx, copyOf(data, { minor: data.totalMinor, status: 'paid' })),
  ),
  on(invoiceVoided, (tx, { data }) =>
    stopCollecting(tx, copyOf(data, { minor: data.totalMinor, status: 'void' })),
  ),
];

interface InvoiceFacts {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly number: string;
  readonly currency: string;
}

function copyOf(
  { invoiceId, customerId, number, currency }: InvoiceFacts,
  { minor, status }: { readonly minor: string; readonly status: InvoiceCopy['status'] },
): InvoiceCopy {
  assert(isCurrency(currency), 'invoices are in currencies that we know');
  return { invoiceId, customerId, number, due: { minor: BigInt(minor), currency }, status };
}
