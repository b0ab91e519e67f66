import { invoiceFinalised, invoicePaid, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { on, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import { collect, stopCollecting } from './payment/handlers.js';
import { writeCustomer, type InvoiceRow } from './payment/store/payment.js';
import { CONSUMER } from './payment/events.js';

export const consumers: readonly ConsumerOptions[] = [
  {
    name: CONSUMER,
    subscriptions: [
      on(customerChanged, (tx, { data }) => writeCustomer(tx, data)),
      on(invoiceFinalised, (tx, { data }) => collect(tx, invoiceOf(data, data.dueMinor, 'open'))),
      on(invoicePaid, (tx, { data }) => stopCollecting(tx, invoiceOf(data, data.totalMinor, 'paid'))),
      on(invoiceVoided, (tx, { data }) => stopCollecting(tx, invoiceOf(data, data.totalMinor, 'void'))),
    ],
  },
];

interface InvoiceFacts {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly number: string;
  readonly currency: string;
}

function invoiceOf(facts: InvoiceFacts, dueMinor: string, status: InvoiceRow['status']): InvoiceRow {
  const { invoiceId, customerId, number, currency } = facts;
  return {
    invoice_id: invoiceId,
    customer_id: customerId,
    number,
    currency,
    due_minor: dueMinor,
    status,
  };
}
