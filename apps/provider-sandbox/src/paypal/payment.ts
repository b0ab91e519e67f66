import { minorOf } from './amount.js';
import type { Amount, Authorization, Capture, Issue, Order, PaypalRefund } from './objects.js';

/** Three days of honour and twenty-six more of good will, as PayPal keeps an authorisation. */
const AUTHORISATION_LIFE_DAYS = 29;
const DAY_MS = 86_400_000;

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: Issue };

const refuse = <T>(issue: string, description: string): Result<T> => ({
  ok: false,
  issue: { status: 422, name: 'UNPROCESSABLE_ENTITY', issue, description },
});

/** Holds the order's amount. */
export function authoriseOrder(
  order: Order,
  id: string,
  now: Date,
): Result<{ readonly order: Order; readonly authorization: Authorization }> {
  if (order.authorization !== undefined)
    return refuse(
      'ORDER_ALREADY_AUTHORIZED',
      "Order already authorized.If 'intent=AUTHORIZE' only one authorization per order is allowed.",
    );
  if (order.intent !== 'AUTHORIZE')
    return refuse('ACTION_DOES_NOT_MATCH_INTENT', 'Order was created with an intent to CAPTURE.');
  const at = now.toISOString();
  return {
    ok: true,
    value: {
      order: { ...order, status: 'COMPLETED', authorization: id },
      authorization: {
        id,
        order: order.id,
        status: 'CREATED',
        amount: order.amount,
        ...namesOf(order),
        create_time: at,
        update_time: at,
        expiration_time: new Date(now.getTime() + AUTHORISATION_LIFE_DAYS * DAY_MS).toISOString(),
      },
    },
  };
}

/** Id and time of what is made. */
export interface Making {
  readonly id: string;
  readonly now: Date;
}

/** Takes the hold, once: a hold is captured finally here. */
export function captureAuthorization(
  authorization: Authorization,
  amount: Amount | undefined,
  { id, now }: Making,
): Result<{ readonly authorization: Authorization; readonly capture: Capture }> {
  if (authorization.status === 'VOIDED')
    return refuse('AUTHORIZATION_VOIDED', 'A voided authorization cannot be captured or reauthorized. ');
  if (authorization.status !== 'CREATED')
    return refuse('AUTHORIZATION_ALREADY_CAPTURED', 'Authorization has previously been captured.');
  if (now.toISOString() > authorization.expiration_time)
    return refuse('AUTHORIZATION_EXPIRED', 'An expired authorization cannot be captured.');
  const taken = amount ?? authorization.amount;
  if (taken.currency_code !== authorization.amount.currency_code)
    return refuse('CURRENCY_MISMATCH', 'The currency of the capture must be that of the authorization.');
  if (minorOf(taken) > minorOf(authorization.amount))
    return refuse('MAX_CAPTURE_AMOUNT_EXCEEDED', 'Capture amount exceeds allowable limit.');
  const at = now.toISOString();
  const partly = minorOf(taken) < minorOf(authorization.amount);
  return {
    ok: true,
    value: {
      authorization: {
        ...authorization,
        status: partly ? 'PARTIALLY_CAPTURED' : 'CAPTURED',
        update_time: at,
      },
      capture: {
        id,
        order: authorization.order,
        authorization: authorization.id,
        status: 'COMPLETED',
        amount: taken,
        final_capture: true,
        ...namesOf(authorization),
        create_time: at,
        update_time: at,
      },
    },
  };
}

/** Releases the hold; twice is refused, and so is what was captured. */
export function voidAuthorization(authorization: Authorization, now: Date): Result<Authorization> {
  if (authorization.status === 'VOIDED')
    return refuse(
      'PREVIOUSLY_VOIDED',
      'Authorization has been previously voided and hence cannot be voided again.',
    );
  if (authorization.status !== 'CREATED')
    return refuse(
      'PREVIOUSLY_CAPTURED',
      'Authorization has been previously captured and hence cannot be voided.',
    );
  return { ok: true, value: { ...authorization, status: 'VOIDED', update_time: now.toISOString() } };
}

/** Gives back all that is left of a capture, or a part. */
export function refundCapture(
  capture: Capture,
  { earlier, amount }: { readonly earlier: readonly PaypalRefund[]; readonly amount: Amount },
  { id, now }: Making,
): Result<{ readonly capture: Capture; readonly refund: PaypalRefund }> {
  const given = earlier.reduce((sum, refund) => sum + minorOf(refund.amount), 0n);
  const left = minorOf(capture.amount) - given;
  if (left === 0n) return refuse('CAPTURE_FULLY_REFUNDED', 'The capture has already been fully refunded');
  if (amount.currency_code !== capture.amount.currency_code)
    return refuse('REFUND_CAPTURE_CURRENCY_MISMATCH', 'Refund must be in the same currency as the capture');
  if (minorOf(amount) > left)
    return refuse(
      'REFUND_AMOUNT_EXCEEDED',
      'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
    );
  const at = now.toISOString();
  return {
    ok: true,
    value: {
      capture: {
        ...capture,
        status: minorOf(amount) === left ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
        update_time: at,
      },
      refund: { id, capture: capture.id, status: 'COMPLETED', amount, create_time: at, update_time: at },
    },
  };
}

function namesOf(source: { readonly custom_id?: string; readonly invoice_id?: string }): {
  custom_id?: string;
  invoice_id?: string;
} {
  return {
    ...(source.custom_id === undefined ? {} : { custom_id: source.custom_id }),
    ...(source.invoice_id === undefined ? {} : { invoice_id: source.invoice_id }),
  };
}
