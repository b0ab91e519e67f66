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
        return payment.withdrawn === null ? [settled(payment, event)] : [];
      case 'PaymentDeclined':
        return [failed(payment, event.code, event.at)];
      case 'ActionRequired':
        return [failed(payment, 'authentication_required', event.at)];
      default:
        return [];
    }
  });
}

/** Booked is what was captured, whatever was asked for. */
function settled(payment: Payment, event: PaymentEvent & { readonly type: 'PaymentSucceeded' }): Outgoing {
  const { provider, reference, at } = event;
  const taken = currentAttempt(payment)?.taken;
  const amountMinor = (taken?.money ?? payment.money).minor.toString();
  return outgoing(paymentSettled, {
    aggregate: payment.invoiceId,
    occurredAt: at,
    data: { ...head(payment), amountMinor, provider, reference, settledAt: at },
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
