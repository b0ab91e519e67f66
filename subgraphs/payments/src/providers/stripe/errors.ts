import Stripe from 'stripe';
import type { Declined, ProviderUnavailable } from '../domain/provider.js';
import { declined, stripeDeclineCode } from '../declines.js';
import { answeredBadly, isTransientStatus, lostOnTheWay } from '../transient.js';

const UNAUTHORISED = 401;
const AMOUNT_FAULTS = new Set(['amount_too_large', 'amount_too_small']);

/** A transient fault in an error of the SDK; undefined when the error is something else. */
export function stripeTransient(error: unknown): ProviderUnavailable | undefined {
  if (error instanceof Stripe.errors.StripeConnectionError)
    return lostOnTheWay('Stripe', socketCode(error.detail));
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  const status = error.statusCode ?? 0;
  // 409: an earlier request with this key is still being worked on.
  if (isTransientStatus(status) || status === 409) return answeredBadly('Stripe', status);
  if (status !== UNAUTHORISED) return undefined;
  return { outcome: 'unavailable', why: 'Stripe rejects our credentials', sent: 'no' };
}

/** What Stripe will never do, in its words; undefined where it has not answered, or not for good. */
export function rejectionOf(error: unknown): string | undefined {
  if (!(error instanceof Stripe.errors.StripeError) || stripeTransient(error) !== undefined) return undefined;
  return `Stripe answers ${error.statusCode ?? 'nothing'}: ${error.message}`;
}

/** For questions that are asked again: whatever Stripe answers badly, asking later is all that helps. */
export function stripeUnanswered(error: unknown): ProviderUnavailable {
  const transient = stripeTransient(error);
  if (transient !== undefined) return transient;
  const why = rejectionOf(error);
  if (why === undefined) throw error;
  return { outcome: 'unavailable', why, sent: 'maybe' };
}

/** A no to an authorisation, as an outcome; throws what is none of Stripe's answers: our own mistake. */
export function authoriseRefused(
  error: unknown,
  reference?: string,
): Declined | { readonly outcome: 'requires_action'; readonly reference: string } {
  if (error instanceof Stripe.errors.StripeCardError) {
    const code = stripeDeclineCode(error.code, error.decline_code);
    if (code === 'authentication_required' && reference !== undefined)
      return { outcome: 'requires_action', reference };
    return declined(code, reference);
  }
  if (isMissing(error)) return declined('payment_method_not_found', reference);
  const refused = amountFault(error);
  if (refused !== undefined) return declined(refused, reference);
  const why = rejectionOf(error);
  if (why === undefined) throw error;
  return { ...declined('provider_rejected', reference), why };
}

/** Stripe charges neither less than its minimum in a currency nor more than eight digits: no retry changes that. */
function amountFault(error: unknown): string | undefined {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined;
  return error.code !== undefined && AMOUNT_FAULTS.has(error.code) ? error.code : undefined;
}

/** Whether Stripe knows nothing under this id. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';

/** Whether the intent is in another state than the request needs: an earlier one got through. */
export const isUnexpectedState = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  (error.code === 'payment_intent_unexpected_state' || error.code === 'charge_expired_for_capture');

function socketCode(detail: unknown): string | undefined {
  const code = typeof detail === 'object' && detail !== null && 'code' in detail ? detail.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
