import { recordOf, textOf } from '../form.js';
import type { Form } from '../form.js';
import { neverArrived, randomText } from '../context.js';
import type { Call, Reply, Route, World } from '../context.js';
import { formOf, invalid, listOf, missing, ok, problem } from './answers.js';
import { testCard } from './cards.js';
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

function create(call: Call, world: World): Reply {
  const form = formOf(call);
  const intent = newIntent(form, world);
  if ('body' in intent) return intent;
  if (textOf(form, 'confirm') !== 'true') {
    save(world, intent, ['payment_intent.created']);
    return ok(intent);
  }
  return charge(call, world, intent, ['payment_intent.created']);
}

function confirm(call: Call, world: World): Reply {
  const intent = world.store.get('intent', call.id);
  return intent === undefined ? missing('payment_intent', call.id) : charge(call, world, intent, []);
}

function capture(call: Call, world: World): Reply {
  const intent = world.store.get('intent', call.id);
  if (intent === undefined) return missing('payment_intent', call.id);
  const amount = textOf(formOf(call), 'amount_to_capture');
  return settle(world, captureIntent(intent, amount === undefined ? undefined : Number(amount)), []);
}

function cancel(call: Call, world: World): Reply {
  const intent = world.store.get('intent', call.id);
  if (intent === undefined) return missing('payment_intent', call.id);
  const reason = textOf(formOf(call), 'cancellation_reason') ?? null;
  return settle(world, cancelIntent(intent, seconds(world), reason), []);
}

function retrieve(call: Call, world: World): Reply {
  const intent = world.store.get('intent', call.id);
  return intent === undefined ? missing('payment_intent', call.id) : ok(intent);
}

function list(call: Call, world: World): Reply {
  const customer = call.query.get('customer');
  const found = world.store.all('intent').filter((item) => customer === null || item.customer === customer);
  return listOf(call, found.reverse());
}

function search(call: Call, world: World): Reply {
  const query = call.query.get('query') ?? '';
  const found = world.store.all('intent').filter((item) => matchesSearch(query, item));
  return ok({
    object: 'search_result',
    url: call.path,
    has_more: false,
    next_page: null,
    data: found.reverse(),
  });
}

/** Charges the intent with the card's behaviour, weather included. */
function charge(call: Call, world: World, intent: Intent, before: readonly string[]): Reply {
  const form = formOf(call);
  const token = textOf(form, 'payment_method') ?? intent.payment_method;
  if (token === null)
    return invalid(
      'You cannot confirm this PaymentIntent because it is missing a payment method.',
      'payment_method',
      'payment_intent_unexpected_state',
    );
  const behaviour = behaviourOf(world, token, intent.customer);
  if (behaviour === undefined) return { ...missing('PaymentMethod', token), status: 400 };
  if (behaviour.kind === 'unreachable') return neverArrived('reset');
  if (behaviour.kind === 'silent') return neverArrived('silence');
  if (behaviour.kind === 'server_error')
    return {
      ...problem(500, { type: 'api_error', message: 'An error occurred on our end.' }),
      recorded: false,
    };
  const id = intent.id;
  const transition = confirmIntent(intent, {
    method: token,
    behaviour,
    offSession: textOf(form, 'off_session') === 'true',
    charge: world.newId('ch_'),
    redirectUrl: `${call.baseUrl}/_control/authenticate/${id}`,
    returnUrl: textOf(form, 'return_url') ?? null,
  });
  const reply = settle(world, transition, before);
  return behaviour.kind === 'answer_lost' ? { ...reply, lost: 'reset' } : reply;
}

/** Keeps what the transition left and tells the caller. */
function settle(world: World, transition: Transition, before: readonly string[]): Reply {
  if (transition.intent) save(world, transition.intent, [...before, ...transition.events]);
  return transition.ok ? ok(transition.intent) : problem(transition.status, transition.problem);
}

function save(world: World, intent: Intent, events: readonly string[]): void {
  world.store.put('intent', intent.id, intent);
  for (const type of events) world.emit('stripe', type, intent);
}

/** A test token behaves by its name; a stored method as the token it was made from, for its own customer only. */
function behaviourOf(world: World, token: string, customer: string | null): CardBehaviour | undefined {
  const test = testCard(token);
  if (test !== undefined) return test.behaviour;
  const method = world.store.get('method', token);
  if (method === undefined || method.customer !== customer) return undefined;
  return testCard(method.sandbox_card)?.behaviour;
}

function newIntent(form: Form, world: World): Intent | Reply {
  const amount = Number(textOf(form, 'amount') ?? 'NaN');
  const currency = textOf(form, 'currency') ?? '';
  const customer = textOf(form, 'customer') ?? null;
  if (!Number.isInteger(amount) || amount < 1)
    return invalid('Invalid integer: amount', 'amount', 'parameter_invalid_integer');
  if (amount > AMOUNT_MAX)
    return invalid('Amount must be no more than 999,999.99', 'amount', 'amount_too_large');
  if (!/^[a-z]{3}$/.test(currency)) return invalid(`Invalid currency: ${currency}`, 'currency');
  if (customer !== null && world.store.get('customer', customer) === undefined)
    return { ...missing('customer', customer), status: 400 };
  const id = world.newId('pi_');
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
    created: seconds(world),
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

const seconds = (world: World): number => Math.floor(world.now().getTime() / 1_000);
