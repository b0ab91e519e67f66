import { assert } from '@tollgate/kernel/assert';
import type Stripe from 'stripe';
import type { CaptureOutcome, CaptureRequest } from '../domain/provider.js';
import { fromStripeAmount, toStripeAmount } from '../amounts.js';
import { declined } from '../declines.js';
import { authoriseRefused, isUnexpectedState, stripeTransient, stripeUnanswered } from './errors.js';
import { chargeOf } from './state.js';

/**
 * An intent is captured once, whatever key is asked with. Each try that was answered gets a key of its own: Stripe
 * repeats even an error of its own for a day under the key that met it.
 */
export async function capture(
  stripe: Stripe,
  { authorisation, money, tries = 0 }: CaptureRequest,
): Promise<CaptureOutcome> {
  const amount = toStripeAmount(money);
  assert(amount !== null, 'only an amount that Stripe could authorise is captured');
  try {
    const intent = await stripe.paymentIntents.capture(
      authorisation,
      { amount_to_capture: amount },
      { idempotencyKey: `${authorisation}:capture:${tries}` },
    );
    return captureOf(intent);
  } catch (error) {
    const transient = stripeTransient(error);
    if (transient !== undefined) return transient;
    if (isUnexpectedState(error)) return capturedMeanwhile(stripe, authorisation);
    const refused = authoriseRefused(error, authorisation);
    return refused.outcome === 'declined' ? refused : declined('authentication_required', authorisation);
  }
}

/** Not capturable any more: because it is captured, or because the hold is gone. */
async function capturedMeanwhile(stripe: Stripe, id: string): Promise<CaptureOutcome> {
  try {
    return captureOf(await stripe.paymentIntents.retrieve(id));
  } catch (error) {
    return stripeUnanswered(error);
  }
}

function captureOf(intent: Stripe.PaymentIntent): CaptureOutcome {
  const charge = chargeOf(intent);
  if (intent.status === 'processing') return { outcome: 'pending', capture: charge ?? intent.id };
  if (intent.status !== 'succeeded')
    return { outcome: 'lapsed', why: `The payment intent is ${intent.status}.` };
  const money = fromStripeAmount(intent.amount_received, intent.currency);
  assert(money !== null, 'Stripe answers in the currency it was asked for');
  return { outcome: 'captured', capture: charge ?? intent.id, money };
}
