import type { DisputeEvent } from '../../dispute/domain/dispute.js';
import type { MethodEvent } from '../../method/domain/method.js';
import type { PaymentEvent } from '../../payment/domain/event.js';

type Words = (data: Readonly<Record<string, unknown>>) => string;

const OF_PAYMENTS: Readonly<Partial<Record<(PaymentEvent | MethodEvent | DisputeEvent)['type'], Words>>> = {
  ActionRequired: () => 'A payment waits until the customer confirms it.',
  PaymentSucceeded: () => 'A payment succeeded.',
  PaymentDeclined: ({ code }) => `A payment was declined (${String(code)}).`,
  PaymentCancelled: () => 'A payment was called off.',
  OfflinePaymentRecorded: () => 'A payment that came another way was recorded.',
  Refunded: () => 'Money was paid back.',
  RefundRejected: () => 'The provider did not pay money back.',
  DisputeOpened: () => 'A payment is disputed.',
  DisputeClosed: ({ outcome }) => `The dispute of a payment was ${String(outcome)}.`,
  PaymentMethodAdded: ({ label }) =>
    typeof label === 'string' ? `A payment method was added: ${label}` : 'A payment method was added.',
  PaymentMethodRemoved: () => 'A payment method was removed.',
};

/** What happened to a customer's payments and payment methods, in sentences by the type of event. */
export const WORDS: ReadonlyMap<string, Words> = new Map(Object.entries(OF_PAYMENTS));
