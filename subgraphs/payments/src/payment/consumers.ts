import {
  invoiceCredited,
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
  invoiceWrittenOff,
} from '@tollgate/contracts/invoices/invoice';
import { assert } from '@tollgate/kernel/assert';
import { isCurrency } from '@tollgate/kernel/money/currency';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { writeOff, type InvoiceCopy } from '../copies/invoice.js';
import { collectInvoices, stopCollecting } from './handlers/collect.js';
import { giveBack } from './handlers/give-back.js';

/** What invoices tell of what is to be collected. */
export const invoiceSubscriptions = [
  onMany(invoiceFinalised, (tx, messages) =>
    collectInvoices(
      tx,
      // Whoever pays is the customer here: its methods are charged, and the payments are its own.
      messages.map(({ data: { payerId: customerId, ...data } }) => ({
        ...copyOf({ ...data, customerId }, { minor: data.dueMinor, status: 'open' }),
        ...(data.collection !== undefined && { collection: data.collection }),
      })),
    ),
  ),
  on(invoiceCredited, (tx, { data }) => {
    const { invoiceId, noteId, toDueMinor, refundMinor, noteNumber } = data;
    const asked = { invoiceId, toDueMinor: BigInt(toDueMinor), refundMinor: BigInt(refundMinor) };
    return giveBack(tx, { ...asked, noteId, noteNumber });
  }),
  on(invoiceWrittenOff, async (tx, { data }) => writeOff(tx, data.invoiceId)),
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
