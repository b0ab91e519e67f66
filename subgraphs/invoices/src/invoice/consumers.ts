import type { DataOf } from '@tollgate/contracts/event';
import { invoiceChanged } from '@tollgate/contracts/invoices/invoice';
import { invoiceChannel } from '@tollgate/contracts/live';
import {
  paymentFailed,
  paymentRefunded,
  paymentRefundRejected,
  paymentSettled,
} from '@tollgate/contracts/payments/payment';
import { isId } from '@tollgate/kernel/id';
import { instant } from '@tollgate/kernel/time/time';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { onMany, type Subscription } from '@tollgate/runtime/messaging/consume';
import { recordPayments } from './handlers.js';

/** What payments tell of invoices. */
export const paymentSubscriptions = [
  onMany(paymentSettled, (tx, messages) => recordPayments(tx, messages.map(settledNews))),
  onMany(paymentFailed, (tx, messages) => recordPayments(tx, messages.map(failedNews))),
  onMany(paymentRefunded, (tx, messages) => recordPayments(tx, messages.map(refundSentNews))),
  onMany(paymentRefundRejected, (tx, messages) => recordPayments(tx, messages.map(refundNews))),
];

/**
 * Tells watchers about changes. It follows our own event in the log and not the command, so that nobody hears of
 * what was not committed.
 */
export function invoiceLive(live: LiveStore): Subscription {
  return onMany(invoiceChanged, async (_tx, messages) => {
    const changed = messages.flatMap(({ tenant, data }) => data.invoices.map((one) => ({ tenant, ...one })));
    // Side by side: where others share the store, each of them is a round trip.
    await Promise.all(changed.flatMap((one) => tellChanged(live, one)));
  });
}

interface Changed {
  readonly tenant: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly payerId: string;
  readonly revision: number;
}

function tellChanged(live: LiveStore, { tenant, invoiceId, customerId, payerId, revision }: Changed) {
  const told = JSON.stringify({ invoiceId, customerId, revision });
  const concerned = [...new Set([customerId, payerId])].map((id) => invoiceChannel(tenant, id));
  const channels = [invoiceChannel(tenant), ...concerned];
  return channels.map((channel) => live.publish(channel, told));
}

function settledNews({ data }: { readonly data: DataOf<typeof paymentSettled> }) {
  const paidAt = instant(data.settledAt);
  const { paymentId } = data;
  const amountMinor = BigInt(data.amountMinor);
  const offline = data.provider === null;
  const command = { type: 'RecordPayment', paymentId, amountMinor, paidAt, offline } as const;
  return { invoiceId: data.invoiceId, occurredAt: paidAt, command };
}

function failedNews({ data }: { readonly data: DataOf<typeof paymentFailed> }) {
  const failedAt = instant(data.failedAt);
  const command = { type: 'RecordPaymentFailure', code: data.code, failedAt } as const;
  return { invoiceId: data.invoiceId, occurredAt: failedAt, command };
}

function refundSentNews({ data }: { readonly data: DataOf<typeof paymentRefunded> }) {
  const at = instant(data.refundedAt);
  const amountMinor = BigInt(data.amountMinor);
  const { refundId, paymentId, invoiceId } = data;
  const sent = { paymentId, amountMinor, at };
  const command = isId('rfd', refundId)
    ? ({ type: 'SendBalanceRefund', refundId, ...sent } as const)
    : ({ type: 'SendRefund', noteId: refundId, ...sent } as const);
  return { invoiceId, occurredAt: at, command };
}

function refundNews({ data }: { readonly data: DataOf<typeof paymentRefundRejected> }) {
  const at = instant(data.rejectedAt);
  const amountMinor = BigInt(data.amountMinor);
  const { refundId, paymentId, invoiceId } = data;
  const command = isId('rfd', refundId)
    ? ({ type: 'RejectBalanceRefund', refundId, paymentId, amountMinor, at } as const)
    : ({ type: 'RejectRefund', noteId: refundId, amountMinor, at } as const);
  return { invoiceId, occurredAt: at, command };
}
