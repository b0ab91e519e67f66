import Stripe from 'stripe';
import type { RawWebhook, WebhookKind, WebhookOutcome } from '../domain/provider.js';
import { stripeDeclineCode } from '../declines.js';
import { memberOf, textIn } from '../json.js';
import { namesOf } from './state.js';

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
    // The SDK checks who signed the bytes, not what they say.
    const event: unknown = stripe.webhooks.constructEvent(body, signature, secret, WEBHOOK_TOLERANCE_SECONDS);
    return read(event);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError)
      return { outcome: 'forged', why: error.message };
    throw error;
  }
}

const KINDS: Readonly<Record<string, WebhookKind>> = {
  'payment_intent.amount_capturable_updated': 'authorised',
  'payment_intent.succeeded': 'captured',
  'payment_intent.payment_failed': 'declined',
  'payment_intent.requires_action': 'requires_action',
  'payment_intent.canceled': 'voided',
  'refund.created': 'refunded',
  'charge.dispute.created': 'disputed',
  'charge.dispute.updated': 'disputed',
  'charge.dispute.funds_withdrawn': 'disputed',
  'charge.dispute.funds_reinstated': 'disputed',
  'charge.dispute.closed': 'disputed',
};

/** A verified event in the port's words. Whatever it lacks it does not say: nothing in it is relied on. */
function read(event: unknown): WebhookOutcome {
  const [eventId, type] = [textIn(event, 'id'), textIn(event, 'type')];
  if (eventId === undefined || type === undefined)
    return { outcome: 'forged', why: 'The event has no id or type.' };
  const kind = KINDS[type] ?? 'other';
  const base = { outcome: 'verified', provider: 'stripe', eventId, type, kind } as const;
  const object = memberOf(memberOf(event, 'data'), 'object');
  if (kind === 'other') return base;
  if (kind === 'disputed') return { ...base, ...disputed(object) };
  return { ...base, ...(kind === 'refunded' ? refunded(object) : about(object)) };
}

/** Only its name: how it stands, and of what it is, is asked for. */
function disputed(dispute: unknown): Pick<WebhookOutcome & { readonly outcome: 'verified' }, 'dispute'> {
  const id = textIn(dispute, 'id');
  return id === undefined ? {} : { dispute: id };
}

type About = Pick<
  WebhookOutcome & { readonly outcome: 'verified' },
  'reference' | 'authorisation' | 'capture' | 'tenant' | 'paymentId' | 'declineCode'
>;

function about(intent: unknown): About {
  const id = textIn(intent, 'id');
  const charge = idOf(memberOf(intent, 'latest_charge'));
  const failure = memberOf(intent, 'last_payment_error') ?? null;
  return {
    ...(id === undefined ? {} : { reference: id, authorisation: id }),
    ...namesOf(memberOf(intent, 'metadata')),
    ...(textIn(intent, 'status') === 'succeeded' && charge !== undefined ? { capture: charge } : {}),
    ...(failure === null
      ? {}
      : { declineCode: stripeDeclineCode(textIn(failure, 'code'), textIn(failure, 'decline_code')) }),
  };
}

function refunded(refund: unknown): About {
  const intent = idOf(memberOf(refund, 'payment_intent'));
  const charge = idOf(memberOf(refund, 'charge'));
  return {
    ...(intent === undefined ? {} : { reference: intent }),
    ...(charge === undefined ? {} : { capture: charge }),
  };
}

/** An id, whether Stripe names or shows what it belongs to. */
const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : textIn(value, 'id');
