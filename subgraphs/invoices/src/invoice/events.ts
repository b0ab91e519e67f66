import {
  invoiceChanged,
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
} from '@tollgate/contracts/invoices/invoice';
import type { DataOf } from '@tollgate/contracts/event';
import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Invoice, InvoiceEvent, InvoiceState } from './domain/state.js';

type Head = Pick<
  DataOf<typeof invoicePaid>,
  'invoiceId' | 'customerId' | 'subscriptionId' | 'currency' | 'totalMinor'
>;

/** What others are told of changes: the facts they act on, and once for each invoice that it changed. */
export function messagesOf(changes: readonly Change<InvoiceState, InvoiceEvent>[]): Outgoing[] {
  const last = new Map(changes.map((change) => [change.id, change]));
  return changes.flatMap((change) => {
    const { id, events, at, after } = change;
    const invoice = after.state;
    if (invoice.status === 'none') return [];
    const head = headOf(id, invoice);
    const { invoiceId, customerId } = head;
    const changed = {
      invoiceId,
      customerId,
      status: invoice.status.toUpperCase(),
      revision: invoice.revision,
    };
    const facts = events.flatMap((event) => factsOf(event, head, invoice));
    return last.get(id) === change
      ? [...facts, outgoing(invoiceChanged, { aggregate: id, occurredAt: at, data: changed })]
      : facts;
  });
}

function factsOf(event: InvoiceEvent, head: Head, invoice: Invoice): Outgoing[] {
  const { invoiceId } = head;
  switch (event.type) {
    case 'InvoiceFinalised': {
      const { number, settled, finalisedAt, dueAt } = event;
      const data = { ...head, number, dueMinor: settled.dueMinor.toString(), finalisedAt, dueAt };
      return [outgoing(invoiceFinalised, { aggregate: invoiceId, occurredAt: finalisedAt, data })];
    }
    case 'InvoicePaid': {
      const data = { ...head, number: numberOf(invoice), paidAt: event.paidAt };
      return [outgoing(invoicePaid, { aggregate: invoiceId, occurredAt: event.paidAt, data })];
    }
    case 'InvoiceVoided': {
      const { voidedAt, reason } = event;
      const data = { ...head, number: numberOf(invoice), voidedAt, reason };
      return [outgoing(invoiceVoided, { aggregate: invoiceId, occurredAt: voidedAt, data })];
    }
    case 'InvoiceDrafted':
    case 'InvoicePartlyPaid':
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
