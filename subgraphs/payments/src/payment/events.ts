import { paymentFailed, paymentSettled } from '@tollgate/contracts/payments/payment';
import type { Id } from '@tollgate/kernel/id';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { PaymentEvent } from './domain/event.js';
import { currentAttempt, type Payment } from './domain/state.js';

/** What others are told of a payment's events; messages of one invoice keep their order. */
export function published(payment: Payment, events: readonly PaymentEvent[]): Outgoing[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'PaymentSucceeded':
        return [
          outgoing(paymentSettled, {
            aggregate: payment.invoiceId,
            occurredAt: event.at,
            data: {
              ...head(payment),
              provider: event.provider,
              reference: event.reference,
              settledAt: event.at,
            },
          }),
        ];
      case 'PaymentDeclined':
        return [failed(payment, event.code, event.at)];
      case 'ActionRequired':
        return [failed(payment, 'authentication_required', event.at)];
      default:
        return [];
    }
  });
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
