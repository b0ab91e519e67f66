import type { Call, Reply, Route, Context } from '../context.js';
import { amountOf, minorOf, parseAmount } from './amount.js';
import { malformed, notFound, objectOf, refused, showAuthorization, showCapture } from './answers.js';
import { captureAuthorization, refundCapture, voidAuthorization, type Making } from './payment.js';

export const paymentRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/v2/payments/authorizations/:id', handle: retrieveAuthorization },
  { method: 'POST', pattern: '/v2/payments/authorizations/:id/capture', handle: capture },
  { method: 'POST', pattern: '/v2/payments/authorizations/:id/void', handle: voidHold },
  { method: 'GET', pattern: '/v2/payments/captures/:id', handle: retrieveCapture },
  { method: 'POST', pattern: '/v2/payments/captures/:id/refund', handle: refund },
  { method: 'GET', pattern: '/v2/payments/refunds/:id', handle: retrieveRefund },
];

function retrieveAuthorization(call: Call, context: Context): Reply {
  const authorization = context.store.get('authorization', call.id);
  if (authorization === undefined) return notFound();
  return { status: 200, body: showAuthorization(call, authorization) };
}

function capture(call: Call, context: Context): Reply {
  const authorization = context.store.get('authorization', call.id);
  const body = objectOf(call);
  const amount = parseAmount(body?.['amount']);
  if (body === undefined || (body['amount'] !== undefined && amount === undefined))
    return malformed('amount');
  if (authorization === undefined) return notFound();
  const result = captureAuthorization(authorization, amount, making(context));
  if (!result.ok) return refused(result.issue);
  context.store.put('authorization', authorization.id, result.value.authorization);
  context.store.put('capture', result.value.capture.id, result.value.capture);
  const shown = showCapture(call, result.value.capture);
  context.emit('paypal', 'PAYMENT.CAPTURE.COMPLETED', shown);
  return { status: 201, body: shown };
}

function voidHold(call: Call, context: Context): Reply {
  const authorization = context.store.get('authorization', call.id);
  if (authorization === undefined) return notFound();
  const result = voidAuthorization(authorization, context.now());
  if (!result.ok) return refused(result.issue);
  context.store.put('authorization', authorization.id, result.value);
  const shown = showAuthorization(call, result.value);
  context.emit('paypal', 'PAYMENT.AUTHORIZATION.VOIDED', shown);
  return call.headers['prefer'] === 'return=representation'
    ? { status: 200, body: shown }
    : { status: 204, body: undefined };
}

function retrieveCapture(call: Call, context: Context): Reply {
  const found = context.store.get('capture', call.id);
  return found === undefined ? notFound() : { status: 200, body: showCapture(call, found) };
}

function refund(call: Call, context: Context): Reply {
  const found = context.store.get('capture', call.id);
  const body = objectOf(call);
  const asked = parseAmount(body?.['amount']);
  if (body === undefined || (body['amount'] !== undefined && asked === undefined)) return malformed('amount');
  if (found === undefined) return notFound();
  const earlier = context.store.all('paypal_refund').filter((item) => item.capture === found.id);
  const left = minorOf(found.amount) - earlier.reduce((sum, item) => sum + minorOf(item.amount), 0n);
  const amount = asked ?? amountOf(left, found.amount.currency_code);
  const result = refundCapture(found, { earlier, amount }, making(context));
  if (!result.ok) return refused(result.issue);
  context.store.put('capture', found.id, result.value.capture);
  context.store.put('paypal_refund', result.value.refund.id, result.value.refund);
  context.emit('paypal', 'PAYMENT.CAPTURE.REFUNDED', result.value.refund);
  return { status: 201, body: result.value.refund };
}

function retrieveRefund(call: Call, context: Context): Reply {
  const found = context.store.get('paypal_refund', call.id);
  return found === undefined ? notFound() : { status: 200, body: found };
}

const making = (context: Context): Making => ({ id: context.newId(''), now: context.now() });
