import { neverArrived } from '../context.js';
import type { Call, Reply, Route, Context } from '../context.js';
import { parseAmount } from './amount.js';
import {
  asRecord,
  link,
  malformed,
  notFound,
  objectOf,
  refused,
  showAuthorization,
  showOrder,
  unprocessable,
} from './answers.js';
import type { Order } from './objects.js';
import { authoriseOrder } from './payment.js';

export const orderRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/v2/checkout/orders', handle: create },
  { method: 'GET', pattern: '/v2/checkout/orders/:id', handle: retrieve },
  { method: 'POST', pattern: '/v2/checkout/orders/:id/authorize', handle: authorise },
];

/** An order that names a stored payment source is authorised at once, as at PayPal. */
function create(call: Call, context: Context): Reply {
  const body = objectOf(call);
  const order = body === undefined ? undefined : newOrder(body, context);
  if (body === undefined || order === undefined) return malformed('intent, purchase_units');
  const token = vaultIdOf(body['payment_source']);
  if (token === undefined) {
    context.store.put('order', order.id, order);
    return { status: 201, body: showOrder(call, { order, captures: [] }) };
  }
  if (call.headers['paypal-request-id'] === undefined)
    return refused({
      status: 400,
      name: 'INVALID_REQUEST',
      issue: 'PAYPAL_REQUEST_ID_REQUIRED',
      description:
        "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' specified.",
    });
  return hold(call, context, { order, token });
}

function retrieve(call: Call, context: Context): Reply {
  const order = context.store.get('order', call.id);
  return order === undefined ? notFound() : { status: 200, body: shown(call, context, order) };
}

function authorise(call: Call, context: Context): Reply {
  const order = context.store.get('order', call.id);
  const body = objectOf(call);
  if (body === undefined) return malformed('body');
  if (order === undefined) return notFound();
  const token = vaultIdOf(body['payment_source']);
  if (token === undefined)
    return refused(
      unprocessable(
        'ORDER_NOT_APPROVED',
        "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call or provide a valid `payment_source` in the request.",
      ),
    );
  return hold(call, context, { order, token });
}

/** Holds the order's amount as the stored token behaves, transient faults included. */
function hold(
  call: Call,
  context: Context,
  { order, token }: { readonly order: Order; readonly token: string },
): Reply {
  if (token === 'paypal_vault_unreachable') return neverArrived('reset');
  if (token === 'paypal_vault_timeout') return neverArrived('silence');
  if (token === 'paypal_vault_server_error') return serverError();
  if (token === 'paypal_vault_declined')
    return refused(
      unprocessable(
        'INSTRUMENT_DECLINED',
        "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
      ),
      'recorded',
    );
  if (token === 'paypal_vault_action_required' && order.status !== 'APPROVED')
    return refused(
      unprocessable(
        'PAYER_ACTION_REQUIRED',
        'Transaction cannot complete successfully, instruct the buyer to return to PayPal.',
      ),
      'forgotten',
      [link(call, `/_control/approve/${order.id}`, 'payer-action')],
    );
  if (!isUsable(context, token))
    return refused(
      unprocessable(
        'TOKEN_ID_NOT_FOUND',
        'Specified token was not found. Verify the token and try the request again.',
      ),
    );
  if (isInvoiceTaken(context, order)) return duplicateInvoice();
  const result = authoriseOrder(order, context.newId(''), context.now());
  if (!result.ok) return refused(result.issue);
  context.store.put('order', order.id, result.value.order);
  context.store.put('authorization', result.value.authorization.id, result.value.authorization);
  context.emit(
    'paypal',
    'PAYMENT.AUTHORIZATION.CREATED',
    showAuthorization(call, result.value.authorization),
  );
  const reply: Reply = { status: 201, body: shown(call, context, result.value.order) };
  return token === 'paypal_vault_unreachable_after' ? { ...reply, lost: 'reset' } : reply;
}

const TEST_TOKENS = new Set([
  'paypal_vault_ok',
  'paypal_vault_declined',
  'paypal_vault_action_required',
  'paypal_vault_unreachable',
  'paypal_vault_unreachable_after',
  'paypal_vault_timeout',
  'paypal_vault_server_error',
]);

/** Tokens that are there without having been made: they are everybody's. */
export const isTestToken = (token: string): boolean => TEST_TOKENS.has(token);

/** An invoice's id is taken once, whichever order names it. */
const isInvoiceTaken = (context: Context, { id, invoice_id: invoice }: Order): boolean =>
  invoice !== undefined &&
  context.store.all('authorization').some((other) => other.order !== id && other.invoice_id === invoice);

const GOOD_TOKENS = new Set([
  'paypal_vault_ok',
  'paypal_vault_unreachable_after',
  'paypal_vault_action_required',
]);

const isUsable = (context: Context, token: string): boolean =>
  GOOD_TOKENS.has(token) || context.store.get('vault_token', token) !== undefined;

function shown(call: Call, context: Context, order: Order): unknown {
  const authorization =
    order.authorization === undefined ? undefined : context.store.get('authorization', order.authorization);
  const captures = context.store.all('capture').filter((capture) => capture.order === order.id);
  return showOrder(call, { order, authorization, captures });
}

function newOrder(body: Record<string, unknown>, context: Context): Order | undefined {
  const { intent, purchase_units: units } = body;
  const unit = Array.isArray(units) && units.length === 1 ? asRecord(units[0]) : undefined;
  const amount = parseAmount(unit?.['amount']);
  if ((intent !== 'AUTHORIZE' && intent !== 'CAPTURE') || unit === undefined || amount === undefined)
    return undefined;
  return {
    id: context.newId(''),
    intent,
    status: 'CREATED',
    create_time: context.now().toISOString(),
    amount,
    reference_id: text(unit['reference_id']) ?? 'default',
    ...named('description', text(unit['description'])),
    ...named('custom_id', text(unit['custom_id'])),
    ...named('invoice_id', text(unit['invoice_id'])),
  };
}

/** The stored token that a payment source names: a wallet's or a card's vault id, or a bare token. */
function vaultIdOf(source: unknown): string | undefined {
  const { paypal, card, token } = asRecord(source) ?? {};
  return (
    text(asRecord(paypal)?.['vault_id']) ??
    text(asRecord(card)?.['vault_id']) ??
    text(asRecord(token)?.['id'])
  );
}

const duplicateInvoice = (): Reply =>
  refused(
    unprocessable(
      'DUPLICATE_INVOICE_ID',
      'Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that Invoice Id be unique for each transaction.',
    ),
  );

const serverError = (): Reply =>
  refused({
    status: 500,
    name: 'INTERNAL_SERVER_ERROR',
    issue: 'INTERNAL_SERVICE_ERROR',
    description: 'An internal server error has occurred.',
  });

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function named<K extends string>(name: K, value: string | undefined): { readonly [key in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]: string });
}
