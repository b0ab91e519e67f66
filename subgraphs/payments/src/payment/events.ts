import {
  paymentCreditAsked,
  paymentFailed,
  paymentRefunded,
  paymentRefundRejected,
  paymentSettled,
} from '@tollgate/contracts/payments/payment';
import type { Id } from '@tollgate/kernel/id';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { ProviderName } from '../providers/domain/provider.js';
import type { PaymentCause, PaymentEvent } from './domain/event.js';
import { OUTAGE } from './domain/attempt.js';
import { currentAttempt, type Payment } from './domain/state.js';

/** What others are told of a payment's events; messages of one invoice keep their order. */
export function published(payment: Payment, events: readonly PaymentEvent[]): Outgoing[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'PaymentSucceeded':
        return payment.withdrawn === null ? [settled(payment, event)] : [];
      case 'OfflinePaymentRecorded':
        return [settled(payment, { provider: null, reference: event.reference, at: event.at })];
      case 'Refunded':
      case 'RefundRejected':
        return partEnded(payment, event);
      case 'PaymentStarted':
        return awaitsCredit(event) ? [creditAsked(payment, event.at)] : [];
      case 'AttemptStarted':
        return isOutageBegun(event) ? [failed(payment, OUTAGE, event.at)] : [];
      case 'PaymentDeclined':
        return [failed(payment, event.code, event.at)];
      case 'ActionRequired':
        return [failed(payment, 'authentication_required', event.at)];
      default:
        return [];
    }
  });
}

/** From the second round on it is tried again in the background, and counts as declined. */
export function isOutageBegun({
  outage,
  round,
}: {
  readonly outage?: true;
  readonly round: number;
}): boolean {
  return outage === true && round === 2;
}

/** What somebody asks for, or is tried again, first takes the customer's credit. */
function awaitsCredit({ cause }: { readonly cause?: PaymentCause }): boolean {
  return cause === 'asked' || cause === 'retry';
}

function creditAsked(payment: Payment, askedAt: Payment['startedAt']): Outgoing {
  const { paymentId, invoiceId, customerId } = head(payment);
  const data = { paymentId, invoiceId, customerId, askedAt };
  return outgoing(paymentCreditAsked, { aggregate: invoiceId, occurredAt: askedAt, data });
}

/** Booked is what was captured, whatever was asked for. */
function settled(
  payment: Payment,
  {
    provider,
    reference,
    at,
  }: {
    readonly provider: ProviderName | null;
    readonly reference: string;
    readonly at: Payment['startedAt'];
  },
): Outgoing {
  const taken = currentAttempt(payment)?.taken;
  const amountMinor = (taken?.money ?? payment.money).minor.toString();
  return outgoing(paymentSettled, {
    aggregate: payment.invoiceId,
    occurredAt: at,
    data: { ...head(payment), amountMinor, provider, reference, settledAt: at },
  });
}

/** Whoever asked for a part is told what came of it. */
function partEnded(
  payment: Payment,
  event: PaymentEvent & { readonly type: 'Refunded' | 'RefundRejected' },
): Outgoing[] {
  const part = payment.parts.find(({ id }) => id === event.refundId);
  const provider = currentAttempt(payment)?.provider;
  if (part === undefined || provider === undefined) return [];
  const { paymentId, invoiceId, customerId, currency } = head(payment);
  const amountMinor = part.money.minor.toString();
  const of = {
    paymentId,
    invoiceId,
    customerId,
    currency,
    refundId: part.id as Id<'crn' | 'rfd'>,
    amountMinor,
  };
  const envelope = { aggregate: invoiceId, occurredAt: event.at };
  if (event.type === 'Refunded')
    return [outgoing(paymentRefunded, { ...envelope, data: { ...of, provider, refundedAt: event.at } })];
  return [
    outgoing(paymentRefundRejected, { ...envelope, data: { ...of, why: event.why, rejectedAt: event.at } }),
  ];
}

function failed(payment: Payment, code: string, at: Payment['startedAt']): Outgoing {
  const provider = currentAttempt(payment)?.provider ?? null;
  return outgoing(paymentFailed, {
    aggregate: payment.invoiceId,
    occurredAt: at,
    data: { ...head(payment), provider, code, failedAt: at },
  });
}

function head(payment: Payment) {
  return {
    paymentId: payment.id as Id<'pay'>,
    invoiceId: payment.invoiceId as Id<'inv'>,
    customerId: payment.customerId as Id<'cus'>,
    amountMinor: payment.money.minor.toString(),
    currency: payment.money.currency,
  };
}
