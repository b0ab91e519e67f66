import {
  CHANGED_BATCH_MAX,
  invoiceChanged,
  invoiceCreditability,
  invoiceCredited,
  invoiceFinalised,
  invoicePaid,
  invoiceRefunded,
  invoiceVoided,
  invoiceWrittenOff,
} from '@tollgate/contracts/invoices/invoice';
import type { DataOf } from '@tollgate/contracts/event';
import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { batchesOf } from '@tollgate/runtime/messaging/batches';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { awaitsFacts } from '../tax/domain/invoice-tax.js';
import { payerOf } from './domain/basis.js';
import { feesUntil } from './domain/covering.js';
import { isDisputed } from './domain/dispute.js';
import { subscriptionsOf } from './domain/joint.js';
import type { BalanceRefund } from './domain/balance-refund.js';
import type { Invoice, InvoiceEvent, InvoiceState, Note } from './domain/state.js';

type Head = Pick<
  DataOf<typeof invoicePaid>,
  'invoiceId' | 'customerId' | 'subscriptionId' | 'currency' | 'totalMinor'
>;

type InvoiceChange = Change<InvoiceState, InvoiceEvent>;

/** What others are told of changes: the facts they act on, and once for each invoice that it changed. */
export function messagesOf(changes: readonly InvoiceChange[]): Outgoing[] {
  const facts = changes.flatMap(({ id, events, after: { state: invoice } }) =>
    invoice.status === 'none' ? [] : events.flatMap((event) => factsOf(event, headOf(id, invoice), invoice)),
  );
  return [...facts, ...changes.flatMap(creditability), ...changedMessages(changes)];
}

/** Whether what is unused of it can be given back is told as soon as that changes, where there is anything of fees. */
function creditability({ id, before, after: { state: invoice }, at }: InvoiceChange): Outgoing[] {
  const isHeld = isCreditHeld(invoice);
  if (invoice.status === 'none' || isHeld === isCreditHeld(before.state)) return [];
  const { basis } = invoice;
  const subscriptions = subscriptionsOf(basis).flatMap((one) => {
    const until = feesUntil(basis, one);
    return until === null ? [] : [{ subscriptionId: one as Id<'sub'>, until }];
  });
  if (subscriptions.length === 0) return [];
  const { invoiceId, customerId } = headOf(id, invoice);
  const data = { invoiceId, customerId, subscriptions, isHeld, at };
  return [outgoing(invoiceCreditability, { aggregate: invoiceId, occurredAt: at, data })];
}

/** Nothing is given back while a payment of it is disputed, or before it is known how it is taxed. */
function isCreditHeld(invoice: InvoiceState): boolean {
  if (invoice.status === 'none') return false;
  return invoice.status === 'draft' ? awaitsFacts(invoice.basis.tax) : isDisputed(invoice);
}

/** Watchers go by the revision, so that the order of such messages is of no account, nor whose key they have. */
function changedMessages(changes: readonly InvoiceChange[]): Outgoing[] {
  const latest = new Map(changes.map((change) => [change.id, change]));
  const invoices = [...latest.values()].flatMap(({ id, after: { state: invoice } }) => {
    if (invoice.status === 'none') return [];
    const { invoiceId, customerId } = headOf(id, invoice);
    return [
      {
        invoiceId,
        customerId,
        payerId: payerIdOf(invoice),
        status: invoice.status.toUpperCase(),
        revision: invoice.revision,
      },
    ];
  });
  const occurredAt = changes.at(-1)?.at;
  if (occurredAt === undefined) return [];
  return batchesOf(invoices, CHANGED_BATCH_MAX).map((batch) =>
    outgoing(invoiceChanged, { aggregate: batch[0]?.invoiceId ?? '', occurredAt, data: { invoices: batch } }),
  );
}

function factsOf(event: InvoiceEvent, head: Head, invoice: Invoice): Outgoing[] {
  const { invoiceId } = head;
  switch (event.type) {
    case 'InvoiceFinalised':
      return [finalised(event, head, invoice)];
    case 'InvoicePaid': {
      const data = { ...head, number: numberOf(invoice), paidAt: event.paidAt };
      return [outgoing(invoicePaid, { aggregate: invoiceId, occurredAt: event.paidAt, data })];
    }
    case 'InvoiceVoided': {
      const { voidedAt, reason } = event;
      const data = { ...head, number: numberOf(invoice), voidedAt, reason };
      return [outgoing(invoiceVoided, { aggregate: invoiceId, occurredAt: voidedAt, data })];
    }
    case 'InvoiceWrittenOff': {
      const { writtenOffAt, reason } = event;
      const data = { ...head, number: numberOf(invoice), writtenOffAt, reason };
      return [outgoing(invoiceWrittenOff, { aggregate: invoiceId, occurredAt: writtenOffAt, data })];
    }
    case 'InvoiceCredited':
      return [credited(event.note, head, numberOf(invoice))];
    case 'BalanceRefunded':
      return refunded(event.refund, head, numberOf(invoice));
    case 'InvoiceDrafted':
    case 'InvoiceDisputed':
    case 'InvoiceDisputeWon':
    case 'InvoiceDisputeLost':
    case 'BalanceRefundSent':
    case 'BalanceRefundRejected':
    case 'InvoicePartlyPaid':
    case 'InvoiceOverpaid':
    case 'FundsApplied':
    case 'NoteRefunded':
    case 'NoteRefundRejected':
    case 'RevenueCut':
    case 'DraftRetotalled':
    case 'PaymentDeclined':
      return [];
    default:
      return unreachable(event);
  }
}

type Finalised = Extract<InvoiceEvent, { readonly type: 'InvoiceFinalised' }>;

function finalised(
  { number, settled, finalisedAt, dueAt }: Finalised,
  head: Head,
  invoice: Invoice,
): Outgoing {
  const collection = invoice.basis.payment?.collection;
  const due = { dueMinor: settled.dueMinor.toString(), payerId: payerIdOf(invoice), finalisedAt, dueAt };
  const data = {
    ...{ ...head, number, ...due },
    ...(collection !== undefined && { collection }),
    ...severalOf(invoice),
    ...(invoice.basis.origin === 'top_up' && { isTopUp: true as const }),
  };
  return outgoing(invoiceFinalised, { aggregate: head.invoiceId, occurredAt: finalisedAt, data });
}

function credited(note: Note, head: Head, number: string): Outgoing {
  const { id, createdAt } = note;
  const data = {
    ...head,
    ...{ number, noteId: id as Id<'crn'>, noteNumber: note.number ?? '', creditedAt: createdAt },
    creditedMinor: note.totalMinor.toString(),
    toDueMinor: note.toDueMinor.toString(),
    toBalanceMinor: note.toBalanceMinor.toString(),
    refundMinor: note.refundedMinor.toString(),
  };
  return outgoing(invoiceCredited, { aggregate: head.invoiceId, occurredAt: createdAt, data });
}

/** Providers are asked for what they took; the rest is paid back by hand. */
function refunded(refund: BalanceRefund, head: Head, number: string): Outgoing[] {
  const { id, providersMinor, createdAt } = refund;
  if (providersMinor === 0n) return [];
  const asked = { refundId: id as Id<'rfd'>, refundMinor: providersMinor.toString(), refundedAt: createdAt };
  const data = { ...head, number, ...asked };
  return [outgoing(invoiceRefunded, { aggregate: head.invoiceId, occurredAt: createdAt, data })];
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

/** Subscriptions of a joint invoice; of one that is of one alone, its head says it. */
function severalOf({ basis }: Invoice): { readonly subscriptionIds?: Id<'sub'>[] } {
  const several = subscriptionsOf(basis);
  return several.length > 1 ? { subscriptionIds: several.map((id) => id as Id<'sub'>) } : {};
}

function payerIdOf({ basis }: Invoice): `cus_${string}` {
  return payerOf(basis) as `cus_${string}`;
}

function numberOf(invoice: Invoice): string {
  assert(invoice.status !== 'draft', 'only a finalised invoice is paid or voided');
  return invoice.number;
}
