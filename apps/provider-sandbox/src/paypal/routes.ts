import { randomText } from '../context.js';
import type { Call, Reply, Route, Context } from '../context.js';
import { asRecord, malformed, notFound, objectOf } from './answers.js';
import type { VaultToken } from './objects.js';
import { isTestToken, orderRoutes } from './order-routes.js';
import { paymentRoutes } from './payment-routes.js';
import { rawMember } from './raw-member.js';
import { publicKey, verifyTransmission } from './signature.js';

/** What every access token begins with; the sandbox keeps no other record of them, so they survive its restart. */
export const ACCESS_TOKEN_PREFIX = 'A21AA';
const ACCESS_TOKEN_SECONDS = 32_400;

/** Everything the sandbox answers as PayPal. */
export const paypalRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/v1/oauth2/token', handle: issueToken },
  { method: 'POST', pattern: '/v1/notifications/verify-webhook-signature', handle: verifySignature },
  { method: 'GET', pattern: '/v1/notifications/certs/:id', handle: showCertificate },
  { method: 'GET', pattern: '/v1/customer/disputes/:id', handle: retrieveDispute },
  { method: 'POST', pattern: '/v3/vault/payment-tokens', handle: createVaultToken },
  { method: 'GET', pattern: '/v3/vault/payment-tokens/:id', handle: retrieveVaultToken },
  { method: 'DELETE', pattern: '/v3/vault/payment-tokens/:id', handle: deleteVaultToken },
  ...orderRoutes,
  ...paymentRoutes,
];

function issueToken(): Reply {
  const body = {
    scope: 'https://uri.paypal.com/services/payments/payment',
    access_token: `${ACCESS_TOKEN_PREFIX}${randomText(60)}`,
    token_type: 'Bearer',
    app_id: 'APP-80W284485P519543T',
    expires_in: ACCESS_TOKEN_SECONDS,
    nonce: randomText(24),
  };
  return { status: 200, body };
}

/** Checks the bytes of `webhook_event` as they stand in the request: re-encoded JSON has another checksum. */
function verifySignature(call: Call, context: Context): Reply {
  const body = objectOf(call);
  const event = rawMember(call.body.toString('utf8'), 'webhook_event');
  if (body === undefined || event === undefined) return malformed('webhook_event');
  const field = (name: string): string => (typeof body[name] === 'string' ? body[name] : '');
  const genuine =
    field('auth_algo') === 'SHA256withRSA' &&
    field('webhook_id') === context.paypalWebhookId &&
    verifyTransmission(context.store, {
      id: field('transmission_id'),
      time: field('transmission_time'),
      signature: field('transmission_sig'),
      webhookId: field('webhook_id'),
      body: event,
    });
  return { status: 200, body: { verification_status: genuine ? 'SUCCESS' : 'FAILURE' } };
}

function showCertificate(call: Call, context: Context): Reply {
  if (call.id !== 'sandbox') return notFound();
  return { status: 200, body: publicKey(context.store), document: true };
}

function retrieveDispute(call: Call, context: Context): Reply {
  const dispute = context.store.get('paypal_dispute', call.id);
  return dispute === undefined ? notFound() : { status: 200, body: dispute };
}

function createVaultToken(call: Call, context: Context): Reply {
  const body = objectOf(call);
  const source = asRecord(body?.['payment_source']);
  if (body === undefined || source === undefined) return malformed('payment_source');
  const customer = asRecord(body['customer'])?.['id'];
  const token: VaultToken = {
    id: context.newId('').toLowerCase(),
    customer: { id: typeof customer === 'string' ? customer : context.newId('') },
    payment_source: source,
  };
  context.store.put('vault_token', token.id, token);
  context.emit('paypal', 'VAULT.PAYMENT-TOKEN.CREATED', token);
  return { status: 201, body: token };
}

function retrieveVaultToken(call: Call, context: Context): Reply {
  const shared = { id: call.id, customer: { id: 'SHARED' }, payment_source: { paypal: {} } };
  const token = context.store.get('vault_token', call.id) ?? (isTestToken(call.id) ? shared : undefined);
  return token === undefined ? notFound() : { status: 200, body: token };
}

function deleteVaultToken(call: Call, context: Context): Reply {
  context.store.remove('vault_token', call.id);
  return { status: 204, body: undefined };
}
