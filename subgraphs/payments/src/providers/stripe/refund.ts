import { assert } from '@tollgate/kernel/assert';
import Stripe from 'stripe';
import type { RefundOutcome, RefundRequest } from '../domain/provider.js';
import { rejectionOf, stripeTransient } from './errors.js';

/** Gives back all that an intent has captured. Stripe refuses to give it back twice, whatever key is asked with. */
export async function refund(
  stripe: Stripe,
  { paymentId, attempt, authorisation, reference, tries }: RefundRequest,
): Promise<RefundOutcome> {
  const intent = authorisation ?? reference;
  assert(intent !== undefined, 'what was captured has a name');
  try {
    const { id } = await stripe.refunds.create(
      { payment_intent: intent, metadata: { payment: paymentId } },
      { idempotencyKey: `${paymentId}:${attempt}:refund:${tries}` },
    );
    return { outcome: 'refunded', refund: id };
  } catch (error) {
    if (isRefunded(error)) return { outcome: 'refunded', refund: null };
    const transient = stripeTransient(error);
    if (transient !== undefined) return transient;
    const why = rejectionOf(error);
    if (why === undefined) throw error;
    return { outcome: 'rejected', why };
  }
}

const isRefunded = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'charge_already_refunded';
