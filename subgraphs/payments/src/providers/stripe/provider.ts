import Stripe from 'stripe';
import type {
  AuthoriseOutcome,
  AuthoriseRequest,
  PaymentProvider,
  ProviderPaymentState,
  VoidOutcome,
  VoidRequest,
} from '../domain/provider.js';
import { toStripeAmount } from '../amounts.js';
import { declined, stripeDeclineCode } from '../declines.js';
import { PROVIDER_TIMEOUT_MS, type StripeSettings } from '../settings.js';
import { lookupDispute } from './dispute.js';
import { capture } from './capture.js';
import {
  authoriseRefused,
  isMissing,
  isUnexpectedState,
  rejectionOf,
  stripeTransient,
  stripeUnanswered,
} from './errors.js';
import { inspect } from './inspect.js';
import { refund } from './refund.js';
import { verifyStripeWebhook } from './webhook.js';
import { stateOfIntent } from './state.js';

/** Whatever is called with it: it may be Stripe behind a proxy. */
const LIVE_KEY = /^(sk|rk)_live_/;
const DESCRIPTION_LENGTH_MAX = 1_000;

/**
 * Stripe behind the port. An intent is created first and confirmed second, so that a lost answer to the create holds
 * nothing, and a lost answer to the confirm leaves the intent's id to void.
 */
export function createStripeProvider(settings: StripeSettings): PaymentProvider {
  const stripe = new Stripe(settings.secretKey, clientOptions(settings));
  return {
    name: 'stripe',
    mode: LIVE_KEY.test(settings.secretKey) ? 'live' : 'test',
    inspect: (method) => inspect(stripe, method),
    authorise: (request) => authorise(stripe, request, settings.returnUrl),
    capture: (request) => capture(stripe, request),
    void: (request) => release(stripe, request),
    refund: (request) => refund(stripe, request),
    lookup: (reference) => lookup(stripe, reference),
    lookupDispute: (reference) => lookupDispute(stripe, reference),
    verifyWebhook: async (raw) => verifyStripeWebhook(stripe, settings.webhookSecret, raw),
  };
}

async function authorise(
  stripe: Stripe,
  request: AuthoriseRequest,
  returnUrl: string | undefined,
): Promise<AuthoriseOutcome> {
  const amount = toStripeAmount(request.money);
  // It takes every currency that we know, but of some no amount that ends in another digit than 0.
  if (amount === null) return declined('amount_not_supported');
  const created = await createIntent(stripe, request, amount);
  // Without a confirmation nothing is held, whether the intent exists or not.
  if ('outcome' in created) return created.outcome === 'unavailable' ? { ...created, sent: 'no' } : created;
  try {
    const confirmed = await stripe.paymentIntents.confirm(
      created.id,
      { payment_method: request.method.token, off_session: true },
      // An intent is confirmed once, whatever key is asked with; an error is remembered under the key that met it.
      { idempotencyKey: `${request.paymentId}:${request.attempt}:authorise:${request.tries ?? 0}` },
    );
    return outcomeOf(confirmed);
  } catch (error) {
    if (isUnexpectedState(error)) return settledMeanwhile(stripe, created.id);
    const transient = stripeTransient(error);
    if (transient !== undefined) return { ...transient, reference: created.id };
    const refused = authoriseRefused(error, created.id);
    if (refused.outcome === 'declined' || returnUrl === undefined) return refused;
    return askCustomer(stripe, { request, intent: created.id }, returnUrl);
  }
}

/** The bank wants the customer, who is not there: the intent is confirmed again as if they were, to learn where to send them. */
async function askCustomer(
  stripe: Stripe,
  { request, intent }: { readonly request: AuthoriseRequest; readonly intent: string },
  returnUrl: string,
): Promise<AuthoriseOutcome> {
  const { paymentId, attempt, method } = request;
  const waits = { outcome: 'requires_action', reference: intent } as const;
  try {
    const confirmed = await stripe.paymentIntents.confirm(
      intent,
      { payment_method: method.token, return_url: returnUrl },
      { idempotencyKey: `${paymentId}:${attempt}:action` },
    );
    const outcome = outcomeOf(confirmed);
    return outcome.outcome === 'authorised' || outcome.outcome === 'requires_action' ? outcome : waits;
  } catch (error) {
    // Without an address it waits all the same: the customer may confirm it in the tenant's own page.
    if (stripeTransient(error) === undefined && rejectionOf(error) === undefined) throw error;
    return waits;
  }
}

/** The same payment and attempt give the same intent, however often it is asked. */
async function createIntent(
  stripe: Stripe,
  request: AuthoriseRequest,
  amount: number,
): Promise<Stripe.PaymentIntent | Exclude<AuthoriseOutcome, { outcome: 'authorised' }>> {
  const { paymentId, attempt, tenant, invoiceId, money, method, description } = request;
  try {
    return await stripe.paymentIntents.create(
      {
        amount,
        currency: money.currency.toLowerCase(),
        capture_method: 'manual',
        // Only cards can be held, and a card needs no return URL.
        allowed_payment_method_types: ['card'],
        description: description.slice(0, DESCRIPTION_LENGTH_MAX),
        metadata: { tenant, payment: paymentId, invoice: invoiceId },
        ...(method.providerCustomer === undefined ? {} : { customer: method.providerCustomer }),
      },
      { idempotencyKey: `${paymentId}:${attempt}:create` },
    );
  } catch (error) {
    return stripeTransient(error) ?? authoriseRefused(error);
  }
}

/** The intent was confirmed or voided by an earlier call whose answer we never read. */
async function settledMeanwhile(stripe: Stripe, id: string): Promise<AuthoriseOutcome> {
  try {
    return outcomeOf(await stripe.paymentIntents.retrieve(id));
  } catch (error) {
    return { ...stripeUnanswered(error), sent: 'maybe', reference: id };
  }
}

function outcomeOf(intent: Stripe.PaymentIntent): AuthoriseOutcome {
  const reference = intent.id;
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded':
      return { outcome: 'authorised', authorisation: reference, reference };
    case 'requires_action': {
      const redirectUrl = intent.next_action?.redirect_to_url?.url;
      return { outcome: 'requires_action', reference, ...(redirectUrl ? { redirectUrl } : {}) };
    }
    case 'canceled':
      return declined('authorisation_voided', reference);
    case 'requires_payment_method': {
      const failure = intent.last_payment_error;
      return declined(stripeDeclineCode(failure?.code, failure?.decline_code), reference);
    }
    default:
      return { outcome: 'unavailable', why: `Stripe is still at ${intent.status}`, sent: 'maybe', reference };
  }
}

async function release(stripe: Stripe, request: VoidRequest): Promise<VoidOutcome> {
  const known = request.authorisation ?? request.reference;
  const found = known ?? (await findIntent(stripe, request.request));
  if (typeof found !== 'string') return found;
  const { paymentId, attempt } = request.request;
  const { tries = 0 } = request;
  try {
    const cancelled = await stripe.paymentIntents.cancel(
      found,
      { cancellation_reason: 'abandoned' },
      { idempotencyKey: `${paymentId}:${attempt}:void:${tries}` },
    );
    const held = cancelled.latest_charge !== null && cancelled.last_payment_error === null;
    return held ? { outcome: 'voided', authorisation: found } : { outcome: 'nothing_held' };
  } catch (error) {
    if (isMissing(error)) return { outcome: 'nothing_held' };
    return isUnexpectedState(error) ? releasedMeanwhile(stripe, found) : stripeUnanswered(error);
  }
}

/** Asking for the intent again gives the first one, or a fresh one that holds nothing. */
async function findIntent(stripe: Stripe, request: AuthoriseRequest): Promise<string | VoidOutcome> {
  const amount = toStripeAmount(request.money);
  if (amount === null) return { outcome: 'nothing_held' };
  const intent = await createIntent(stripe, request, amount);
  if (!('outcome' in intent)) return intent.id;
  return intent.outcome === 'unavailable' ? intent : { outcome: 'nothing_held' };
}

async function releasedMeanwhile(stripe: Stripe, id: string): Promise<VoidOutcome> {
  const state = await lookup(stripe, id);
  if (state.outcome === 'unavailable') return state;
  if (state.outcome === 'not_found') return { outcome: 'nothing_held' };
  return state.status === 'captured'
    ? { outcome: 'already_captured', authorisation: id }
    : { outcome: 'voided', authorisation: id };
}

async function lookup(stripe: Stripe, reference: string): Promise<ProviderPaymentState> {
  try {
    return stateOfIntent(await stripe.paymentIntents.retrieve(reference));
  } catch (error) {
    return isMissing(error) ? { outcome: 'not_found' } : stripeUnanswered(error);
  }
}

function clientOptions({ apiBase, timeoutMs }: StripeSettings): Stripe.StripeConfig {
  const base = { maxNetworkRetries: 0, timeout: timeoutMs ?? PROVIDER_TIMEOUT_MS, telemetry: false };
  if (apiBase === undefined) return base;
  const { protocol, hostname, port } = new URL(apiBase);
  if (protocol === 'http:') return { ...base, protocol: 'http', host: hostname, port: port || '80' };
  return { ...base, protocol: 'https', host: hostname, port: port || '443' };
}
