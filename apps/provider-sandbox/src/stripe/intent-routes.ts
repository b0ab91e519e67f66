import { recordOf, textOf } from '../form.js';
import type { Form } from '../form.js';
import { neverArrived, randomText } from '../context.js';
import type { Call, Reply, Route, Context } from '../context.js';
import { formOf, invalid, listOf, missing, ok, problem } from './answers.js';
import { nextBehaviour, testCard } from './cards.js';
import type { CardBehaviour } from './cards.js';
import { cancelIntent, captureIntent, confirmIntent } from './intent.js';
import type { Transition } from './intent.js';
import { matchesSearch } from './search.js';
import type { Intent } from './objects.js';

const AMOUNT_MAX = 99_999_999;

export const intentRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/v1/payment_intents', handle: create },
  { method: 'GET', pattern: '/v1/payment_intents', handle: list },
  { method: 'GET', pattern: '/v1/payment_intents/search', handle: search },
  { method: 'GET', pattern: '/v1/payment_intents/:id', handle: retrieve },
  { method: 'POST', pattern: '/v1/payment_intents/:id/confirm', handle: confirm },
  { method: 'POST', pattern: '/v1/payment_intents/:id/capture', handle: capture },
  { method: 'POST', pattern: '/v1/payment_intents/:id/cancel', handle: cancel },
];

function create(call: Call, context: Context): Reply {
  const form = formOf(call);
  const intent = newIntent(form, context);
  if ('body' in intent) return intent;
  if (textOf(form, 'confirm') !== 'true') {
    save(context, intent, ['payment_intent.created']);
    return ok(intent);
  }
  return charge(call, context, { intent, before: ['payment_intent.created'] });
}

function confirm(call: Call, context: Context): Reply {
  const intent = context.store.get('intent', call.id);
  return intent === undefined
    ? missing('payment_intent', call.id)
    : charge(call, context, { intent, before: [] });
}

function capture(call: Call, context: Context): Reply {
  const intent = context.store.get('intent', call.id);
  if (intent === undefined) return missing('payment_intent', call.id);
  const amount = textOf(formOf(call), 'amount_to_capture');
  return settle(context, captureIntent(intent, amount === undefined ? undefined : Number(amount)), []);
}

function cancel(call: Call, context: Context): Reply {
  const intent = context.store.get('intent', call.id);
  if (intent === undefined) return missing('payment_intent', call.id);
  const reason = textOf(formOf(call), 'cancellation_reason') ?? null;
  return settle(context, cancelIntent(intent, seconds(context), reason), []);
}

function retrieve(call: Call, context: Context): Reply {
  const intent = context.store.get('intent', call.id);
  return intent === undefined ? missing('payment_intent', call.id) : ok(intent);
}

function list(call: Call, context: Context): Reply {
  const customer = call.query.get('customer');
  const found = context.store.all('intent').filter((item) => customer === null || item.customer === customer);
  return listOf(call, found.reverse());
}

function search(call: Call, context: Context): Reply {
  const query = call.query.get('query') ?? '';
  const found = context.store.all('intent').filter((item) => matchesSearch(query, item));
  return ok({
    object: 'search_result',
    url: call.path,
    has_more: false,
    next_page: null,
    data: found.reverse(),
  });
}

/** An intent to charge, and the events that it has caused already. */
interface Charge {
  readonly intent: Intent;
  readonly before: readonly string[];
}

/** Charges the intent with the card's behaviour, transient faults included. */
function charge(call: Call, context: Context, { intent, before }: Charge): Reply {
  const form = formOf(call);
  const token = textOf(form, 'payment_method') ?? intent.payment_method;
  if (token === null)
    return invalid(
      'You cannot confirm this PaymentIntent because it is missing a payment method.',
      'payment_method',
      'payment_intent_unexpected_state',
    );
  const behaviour = behaviourOf(context, token, intent.customer);
  if (behaviour === undefined) return { ...missing('PaymentMethod', token), status: 400 };
  if (behaviour.kind === 'unreachable') return neverArrived('reset');
  if (behaviour.kind === 'silent') return neverArrived('silence');
  if (behaviour.kind === 'server_error')
    return problem(500, { type: 'api_error', message: 'An error occurred on our end.' });
  const id = intent.id;
  const transition = confirmIntent(intent, {
    method: token,
    behaviour,
    offSession: textOf(form, 'off_session') === 'true',
    charge: context.newId('ch_'),
    redirectUrl: `${call.baseUrl}/_control/authenticate/${id}`,
    returnUrl: textOf(form, 'return_url') ?? null,
  });
  countCharge(context, token);
  const reply = settle(context, transition, before);
  return behaviour.kind === 'answer_lost' ? { ...reply, lost: 'reset' } : reply;
}

/** Keeps what the transition left and tells the caller. */
function settle(context: Context, transition: Transition, before: readonly string[]): Reply {
  if (transition.intent) save(context, transition.intent, [...before, ...transition.events]);
  return transition.ok ? ok(transition.intent) : problem(transition.status, transition.problem);
}

function save(context: Context, intent: Intent, events: readonly string[]): void {
  context.store.put('intent', intent.id, intent);
  for (const type of events) context.emit('stripe', type, intent);
}

/** A test token behaves by its name; a stored method as the token it was made from, for its own customer only. */
function behaviourOf(context: Context, token: string, customer: string | null): CardBehaviour | undefined {
  const card = cardOf(context, token, customer);
  const behaviour = card === undefined ? undefined : testCard(card)?.behaviour;
  return behaviour && nextBehaviour(behaviour, chargesOf(context, token));
}

function cardOf(context: Context, token: string, customer: string | null): string | undefined {
  if (testCard(token) !== undefined) return token;
  const method = context.store.get('method', token);
  return method?.customer === customer ? method?.sandbox_card : undefined;
}

/** Charges that were asked of a token so far, granted and declined ones; what never arrived does not count. */
const chargesOf = (context: Context, token: string): number =>
  context.store.get('charges', token)?.count ?? 0;

function countCharge(context: Context, token: string): void {
  context.store.put('charges', token, { count: chargesOf(context, token) + 1 });
}

function newIntent(form: Form, context: Context): Intent | Reply {
  const amount = Number(textOf(form, 'amount') ?? 'NaN');
  const currency = textOf(form, 'currency') ?? '';
  const customer = textOf(form, 'customer') ?? null;
  if (!Number.isInteger(amount) || amount < 1)
    return invalid('Invalid integer: amount', 'amount', 'parameter_invalid_integer');
  if (amount > AMOUNT_MAX)
    return invalid('Amount must be no more than 999,999.99', 'amount', 'amount_too_large');
  if (!/^[a-z]{3}$/.test(currency)) return invalid(`Invalid currency: ${currency}`, 'currency');
  if (customer !== null && context.store.get('customer', customer) === undefined)
    return { ...missing('customer', customer), status: 400 };
  const id = context.newId('pi_');
  const method = textOf(form, 'payment_method') ?? null;
  return {
    id,
    object: 'payment_intent',
    amount,
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: textOf(form, 'capture_method') === 'manual' ? 'manual' : 'automatic',
    client_secret: `${id}_secret_${randomText(24)}`,
    confirmation_method: 'automatic',
    created: seconds(context),
    currency,
    customer,
    description: textOf(form, 'description') ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: recordOf(form, 'metadata'),
    next_action: null,
    payment_method: method,
    payment_method_types: ['card'],
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
  };
}

const seconds = (context: Context): number => Math.floor(context.now().getTime() / 1_000);
