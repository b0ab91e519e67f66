import type { DisputeEvent } from '../../dispute/domain/dispute.js';
import type { DunningEvent } from '../../dunning/domain/run.js';
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

const ENDS: ReadonlyMap<unknown, string> = new Map([
  ['exhausted', 'The last retry is over, and the invoice is not paid.'],
  ['stopped', 'The invoice is not tried again: the card was declined for good.'],
  ['written_off', 'The invoice is not tried again: it was given up.'],
  ['recovered', 'The invoice that was not paid is settled.'],
  ['voided', 'The invoice that was not paid is void.'],
]);
const ended: Words = ({ outcome }) => ENDS.get(outcome) ?? 'The retries are over.';

// Each retry is a payment, which is told by itself.
const OF_DUNNING: Readonly<Partial<Record<DunningEvent['type'], Words>>> = {
  DunningStarted: () => 'An invoice could not be charged: it is tried again as the policy says.',
  AccessRevoked: () => 'The customer has no access until it pays.',
  DunningPaused: () => 'The retries wait until staff goes on with them.',
  DunningResumed: () => 'The retries go on.',
  DunningEnded: ended,
  DunningOver: ended,
};

/** What happened to a customer's payments, payment methods and unpaid invoices, in sentences by the type of event. */
export const WORDS: ReadonlyMap<string, Words> = new Map(Object.entries({ ...OF_PAYMENTS, ...OF_DUNNING }));
