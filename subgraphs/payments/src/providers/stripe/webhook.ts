import Stripe from 'stripe';
import type { RawWebhook, WebhookKind, WebhookOutcome } from '../domain/provider.js';
import { stripeDeclineCode } from '../declines.js';
import { chargeOf, namesOf } from './state.js';

/** How old a signed webhook may be: an older one is taken for a replay. */
const WEBHOOK_TOLERANCE_SECONDS = 300;

/** Checks the signature over the exact bytes, and reads what they say. */
export function verifyStripeWebhook(
  stripe: Stripe,
  secret: string,
  { headers, body }: RawWebhook,
): WebhookOutcome {
  const signature = headers['stripe-signature'];
  if (typeof signature !== 'string')
    return { outcome: 'forged', why: 'There is no Stripe-Signature header.' };
  try {
    const event = stripe.webhooks.constructEvent(body, signature, secret, WEBHOOK_TOLERANCE_SECONDS);
    // The SDK checks who signed the bytes, not what they say.
    if (typeof event.id !== 'string' || typeof event.type !== 'string')
      return { outcome: 'forged', why: 'The event has no id or type.' };
    return read(event);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError)
      return { outcome: 'forged', why: error.message };
    throw error;
  }
}

/** A verified event in the port's words. */
function read(event: Stripe.Event): WebhookOutcome {
  const base = { outcome: 'verified', provider: 'stripe', eventId: event.id, type: event.type } as const;
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
      return { ...base, ...about(event.data.object), kind: 'authorised' };
    case 'payment_intent.succeeded':
      return { ...base, ...about(event.data.object), kind: 'captured' };
    case 'payment_intent.payment_failed':
      return { ...base, ...about(event.data.object), kind: 'declined' };
    case 'payment_intent.requires_action':
      return { ...base, ...about(event.data.object), kind: 'requires_action' };
    case 'payment_intent.canceled':
      return { ...base, ...about(event.data.object), kind: 'voided' };
    case 'refund.created':
      return { ...base, ...refunded(event.data.object), kind: 'refunded' };
    default:
      return { ...base, kind: 'other' satisfies WebhookKind };
  }
}

function about(intent: Stripe.PaymentIntent): {
  reference: string;
  authorisation: string;
  capture?: string;
  tenant?: string;
  paymentId?: string;
  declineCode?: string;
} {
  const failure = intent.last_payment_error;
  const charge = chargeOf(intent);
  return {
    reference: intent.id,
    authorisation: intent.id,
    ...namesOf(intent.metadata),
    ...(intent.status === 'succeeded' && charge !== undefined ? { capture: charge } : {}),
    ...(failure === null ? {} : { declineCode: stripeDeclineCode(failure.code, failure.decline_code) }),
  };
}

function refunded(refund: Stripe.Refund): { reference?: string; capture?: string } {
  const intent = idOf(refund.payment_intent);
  const charge = idOf(refund.charge);
  return {
    ...(intent === undefined ? {} : { reference: intent }),
    ...(charge === undefined ? {} : { capture: charge }),
  };
}

const idOf = (value: string | { readonly id: string } | null): string | undefined =>
  typeof value === 'string' ? value : value?.id;
