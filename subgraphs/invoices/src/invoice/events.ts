import {
  invoiceChanged,
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
} from '@tollgate/contracts/invoices/invoice';
import type { DataOf } from '@tollgate/contracts/event';
import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Invoice, InvoiceEvent } from './domain/invoice.js';

type Head = Pick<
  DataOf<typeof invoicePaid>,
  'invoiceId' | 'customerId' | 'subscriptionId' | 'currency' | 'totalMinor'
>;

/** What others are told about new events of an invoice: the facts they act on, and once that it changed. */
export function messagesOf(change: {
  readonly id: string;
  readonly events: readonly InvoiceEvent[];
  readonly invoice: Invoice;
  readonly occurredAt: Instant;
}): Outgoing[] {
  const { id, events, invoice, occurredAt } = change;
  const head = headOf(id, invoice);
  const { revision } = invoice;
  const { invoiceId, customerId } = head;
  const changed = { invoiceId, customerId, status: invoice.status.toUpperCase(), revision };
  return [
    ...events.flatMap((event) => factsOf(event, head, invoice)),
    outgoing(invoiceChanged, id, occurredAt, changed),
  ];
}

function factsOf(event: InvoiceEvent, head: Head, invoice: Invoice): Outgoing[] {
  const { invoiceId } = head;
  switch (event.type) {
    case 'InvoiceFinalised': {
      const { number, settled, finalisedAt, dueAt } = event;
      const data = { ...head, number, dueMinor: settled.dueMinor.toString(), finalisedAt, dueAt };
      return [outgoing(invoiceFinalised, invoiceId, finalisedAt, data)];
    }
    case 'InvoicePaid': {
      const data = { ...head, number: numberOf(invoice), paidAt: event.paidAt };
      return [outgoing(invoicePaid, invoiceId, event.paidAt, data)];
    }
    case 'InvoiceVoided': {
      const { voidedAt, reason } = event;
      const data = { ...head, number: numberOf(invoice), voidedAt, reason };
      return [outgoing(invoiceVoided, invoiceId, voidedAt, data)];
    }
    case 'InvoiceDrafted':
    case 'DraftRetotalled':
    case 'PaymentDeclined':
      return [];
    default:
      return unreachable(event);
  }
}

/** Ids are checked against the contract when the message is written. */
function headOf(id: string, { basis, totals }: Invoice): Head {
  return {
    invoiceId: id as Head['invoiceId'],
    customerId: basis.customerId as Head['customerId'],
    subscriptionId: basis.subscriptionId as Head['subscriptionId'],
    currency: basis.currency,
    totalMinor: totals.totalMinor.toString(),
  };
}

function numberOf(invoice: Invoice): string {
  assert(invoice.status !== 'draft', 'only a finalised invoice is paid or voided');
  return invoice.number;
}
