import {
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
  invoiceWrittenOff,
} from '@tollgate/contracts/invoices/invoice';
import { paymentFailed } from '@tollgate/contracts/payments/payment';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { assert } from '@tollgate/kernel/assert';
import { isCurrency } from '@tollgate/kernel/money/currency';
import { instant } from '@tollgate/kernel/time/time';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { saveCustomer } from '../copies/customer.js';
import { writeOff } from '../copies/invoice.js';
import { collectInvoices, stopCollecting } from '../payment/handlers/collect.js';
import { watchCustomers, watchDueDates } from './handlers/due-dates.js';
import { noteFailure, noteSettled } from './handlers/news.js';

/** What is to be collected, and what becomes of it: payments' own failures are told by its messages, as to everybody. */
export const dunningSubscriptions = [
  onMany(invoiceFinalised, async (tx, messages) => {
    // Whoever pays is the customer here: its methods are charged, and the payments are its own.
    const invoices = messages.map(({ data: { payerId: customerId, ...data } }) => ({
      ...copyOf({ ...data, customerId }, { minor: data.dueMinor, status: 'open' }),
      ...(data.collection !== undefined && { collection: data.collection }),
      ...(data.isTopUp === true && { isTopUp: true }),
      dueAt: instant(data.dueAt),
      subscriptionIds: data.subscriptionIds ?? (data.subscriptionId === null ? [] : [data.subscriptionId]),
    }));
    await collectInvoices(tx, invoices);
    await watchDueDates(
      tx,
      invoices.filter(({ collection, due }) => collection === 'manual' && due.minor > 0n),
    );
  }),
  on(invoiceWrittenOff, async (tx, { data }) => {
    writeOff(tx, data.invoiceId);
    await noteSettled(tx, data.invoiceId, { type: 'WriteOff', at: instant(data.writtenOffAt) });
  }),
  on(invoicePaid, async (tx, { data }) => {
    await stopCollecting(tx, copyOf(data, { minor: data.totalMinor, status: 'paid' }));
    const at = instant(data.paidAt);
    await noteSettled(tx, data.invoiceId, { type: 'Settle', outcome: 'recovered', at });
  }),
  on(invoiceVoided, async (tx, { data }) => {
    await stopCollecting(tx, copyOf(data, { minor: data.totalMinor, status: 'void' }));
    const at = instant(data.voidedAt);
    await noteSettled(tx, data.invoiceId, { type: 'Settle', outcome: 'voided', at });
  }),
  on(paymentFailed, (tx, { data: { paymentId, invoiceId, failedAt } }) =>
    noteFailure(tx, { paymentId, invoiceId, at: instant(failedAt) }),
  ),
  onMany(customerChanged, async (tx, messages) => {
    for (const { data } of messages) saveCustomer(tx, data);
    const manual = messages.filter(({ data }) => data.collection === 'manual');
    await watchCustomers(
      tx,
      manual.map(({ data }) => data.customerId),
    );
  }),
];

interface InvoiceFacts {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly number: string;
  readonly currency: string;
}

function copyOf<Status extends 'open' | 'paid' | 'void'>(
  { invoiceId, customerId, number, currency }: InvoiceFacts,
  { minor, status }: { readonly minor: string; readonly status: Status },
) {
  assert(isCurrency(currency), 'invoices are in currencies that we know');
  return { invoiceId, customerId, number, due: { minor: BigInt(minor), currency }, status };
}
