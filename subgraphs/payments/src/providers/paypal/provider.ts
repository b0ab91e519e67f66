import { assert } from '@tollgate/kernel/assert';
import {
  PaymentInitiator,
  StoredPaymentSourceUsageType,
  UsagePattern,
  type CapturedPayment,
  type Order,
} from '@paypal/paypal-server-sdk';
import type {
  AuthoriseOutcome,
  AuthoriseRequest,
  CaptureOutcome,
  CaptureRequest,
  PaymentProvider,
  ProviderPaymentState,
} from '../domain/provider.js';
import { paypalUnchargeable, toPaypalValue } from '../amounts.js';
import { declined } from '../declines.js';
import { lookupDispute } from './dispute.js';
import { attempt, createOrder, FULL_ANSWER, getOrder } from './calls.js';
import { createPaypalClient, type PaypalClient } from './client.js';
import { authoriseRefused, isNotFound, issueOf, paypalUnanswered } from './errors.js';
import { inspect } from './inspect.js';
import { refund } from './refund.js';
import { release } from './release.js';
import { PaypalSignatures } from './signature.js';
import { verifyPaypalWebhook } from './webhook.js';
import { capturesOf, holdsOf, moneyOf, stateOfOrder } from './state.js';
import type { PaypalSettings } from '../settings.js';

/**
 * PayPal behind the port. An order is created first and authorised second: an order alone holds nothing, so that a
 * lost answer to the create is harmless, and a lost answer to the authorisation leaves the order's id to void.
 */
export function createPaypalProvider(settings: PaypalSettings): PaymentProvider {
  const client = createPaypalClient(settings);
  const { certificateOrigins: origins } = client;
  const signatures = new PaypalSignatures({ origins, fetch: (url) => client.getText(url) });
  const verifier = { client, webhookId: settings.webhookId, signatures };
  return {
    name: 'paypal',
    mode: client.mode,
    inspect: (method) => inspect(client, method),
    authorise: (request) => authorise(client, request),
    capture: (request) => capture(client, request),
    void: (request) => release(client, request),
    refund: (request) => refund(client, request),
    lookup: (reference) => lookup(client, reference),
    lookupDispute: (reference) => lookupDispute(client, reference),
    verifyWebhook: (raw) => verifyPaypalWebhook(verifier, raw),
  };
}

async function authorise(client: PaypalClient, request: AuthoriseRequest): Promise<AuthoriseOutcome> {
  const value = toPaypalValue(request.money);
  if (value === null) return declined(paypalUnchargeable(request.money));
  const created = await attempt(() => createOrder(client, request, value));
  if (created.outcome === 'unavailable') return { ...created, sent: 'no' };
  if (created.outcome === 'refused') return authoriseRefused(created.error);
  const order = created.value;
  const held = await attempt(() => authoriseOrder(client, request, order));
  if (held.outcome === 'done') return outcomeOf(held.value, order);
  if (held.outcome === 'unavailable') return { ...held, reference: order };
  if (issueOf(held.error) !== 'ORDER_ALREADY_AUTHORIZED') return authoriseRefused(held.error, order);
  const known = await attempt(() => getOrder(client, order));
  if (known.outcome === 'done') return outcomeOf(known.value, order);
  const lost = known.outcome === 'refused' ? paypalUnanswered(known.error) : known;
  return { ...lost, sent: 'maybe', reference: order };
}

async function authoriseOrder(client: PaypalClient, request: AuthoriseRequest, id: string): Promise<Order> {
  const { result } = await client.orders.authorizeOrder({
    id,
    paypalRequestId: `${request.paymentId}:${request.attempt}:authorise`,
    prefer: FULL_ANSWER,
    body: {
      paymentSource: {
        paypal: {
          vaultId: request.method.token,
          // The customer is not there: we charge what they agreed to when they stored the wallet.
          storedCredential: {
            paymentInitiator: PaymentInitiator.Merchant,
            usage: StoredPaymentSourceUsageType.Subsequent,
            usagePattern: UsagePattern.UnscheduledPostpaid,
          },
        },
      },
    },
  });
  return result as Order;
}

function outcomeOf(order: Order, reference: string): AuthoriseOutcome {
  const hold = holdsOf(order)[0];
  if (hold?.id === undefined || hold.status === 'PENDING')
    return { outcome: 'unavailable', why: 'PayPal has not decided yet', sent: 'maybe', reference };
  if (hold.status === 'DENIED') return declined('instrument_declined', reference);
  if (hold.status === 'VOIDED') return declined('authorisation_voided', reference);
  return { outcome: 'authorised', authorisation: hold.id, reference };
}

async function capture(client: PaypalClient, request: CaptureRequest): Promise<CaptureOutcome> {
  const { authorisation, money } = request;
  const value = toPaypalValue(money);
  assert(value !== null, 'only an amount that PayPal could authorise is captured');
  const taken = await attempt(async () => {
    const { result } = await client.payments.captureAuthorizedPayment({
      authorizationId: authorisation,
      paypalRequestId: `${authorisation}:capture`,
      prefer: FULL_ANSWER,
      body: { amount: { currencyCode: money.currency, value }, finalCapture: true },
    });
    return result;
  });
  if (taken.outcome === 'done') return captureOf(taken.value);
  if (taken.outcome === 'unavailable') return taken;
  switch (issueOf(taken.error)) {
    case 'AUTHORIZATION_ALREADY_CAPTURED':
    case 'MAX_CAPTURE_COUNT_EXCEEDED':
      return capturedMeanwhile(client, authorisation);
    case 'AUTHORIZATION_VOIDED':
    case 'AUTHORIZATION_EXPIRED':
    case 'AUTHORIZATION_DENIED':
      return { outcome: 'lapsed', why: `The authorisation is gone: ${issueOf(taken.error)}.` };
    default: {
      const refused = authoriseRefused(taken.error, authorisation);
      return refused.outcome === 'declined' ? refused : paypalUnanswered(taken.error);
    }
  }
}

/** PayPal has forgotten the request's id, but not the capture: the order names it. */
async function capturedMeanwhile(client: PaypalClient, authorisation: string): Promise<CaptureOutcome> {
  const found = await attempt(async () => {
    const { result } = await client.payments.getAuthorizedPayment({ authorizationId: authorisation });
    const order = result.supplementaryData?.relatedIds?.orderId;
    assert(order !== undefined, 'an authorisation names its order');
    const capture = capturesOf(await getOrder(client, order))[0];
    assert(capture !== undefined, 'an order whose authorisation is captured has a capture');
    return capture;
  });
  if (found.outcome === 'refused') return paypalUnanswered(found.error);
  return found.outcome === 'done' ? captureOf(found.value) : found;
}

function captureOf({
  id,
  status,
  amount,
}: Pick<CapturedPayment, 'id' | 'status' | 'amount'>): CaptureOutcome {
  assert(id !== undefined, 'a capture has an id');
  if (status === 'PENDING') return { outcome: 'pending', capture: id };
  if (status === 'DECLINED' || status === 'FAILED') return declined('instrument_declined', id);
  return { outcome: 'captured', capture: id, money: moneyOf(amount) };
}

async function lookup(client: PaypalClient, reference: string): Promise<ProviderPaymentState> {
  const order = await attempt(() => getOrder(client, reference));
  if (order.outcome === 'done') return stateOfOrder(order.value);
  if (order.outcome === 'unavailable') return order;
  return isNotFound(order.error) ? { outcome: 'not_found' } : paypalUnanswered(order.error);
}
