import { recordOf, textOf } from '../form.js';
import type { Form, FormValue } from '../form.js';
import { randomText } from '../context.js';
import type { Call, Reply, Route, Context } from '../context.js';
import { formOf, invalid, listOf, missing, ok } from './answers.js';
import { testCard } from './cards.js';
import type { Customer, PaymentMethod, SetupIntent } from './objects.js';

export const customerRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/v1/customers', handle: createCustomer },
  { method: 'GET', pattern: '/v1/customers/:id', handle: retrieveCustomer },
  { method: 'GET', pattern: '/v1/customers/:id/payment_methods', handle: listMethods },
  { method: 'POST', pattern: '/v1/payment_methods', handle: createMethod },
  { method: 'GET', pattern: '/v1/payment_methods/:id', handle: retrieveMethod },
  { method: 'POST', pattern: '/v1/payment_methods/:id/attach', handle: attachMethod },
  { method: 'POST', pattern: '/v1/payment_methods/:id/detach', handle: detachMethod },
  { method: 'POST', pattern: '/v1/setup_intents', handle: createSetup },
  { method: 'GET', pattern: '/v1/setup_intents/:id', handle: retrieveSetup },
  { method: 'POST', pattern: '/v1/setup_intents/:id/confirm', handle: confirmSetup },
];

function createCustomer(call: Call, context: Context): Reply {
  const form = formOf(call);
  const customer: Customer = {
    id: context.newId('cus_'),
    object: 'customer',
    created: seconds(context),
    email: textOf(form, 'email') ?? null,
    name: textOf(form, 'name') ?? null,
    livemode: false,
    metadata: recordOf(form, 'metadata'),
  };
  context.store.put('customer', customer.id, customer);
  context.emit('stripe', 'customer.created', customer);
  return ok(customer);
}

function retrieveCustomer(call: Call, context: Context): Reply {
  const customer = context.store.get('customer', call.id);
  return customer === undefined ? missing('customer', call.id) : ok(customer);
}

function listMethods(call: Call, context: Context): Reply {
  const methods = context.store.all('method').filter((method) => method.customer === call.id);
  return listOf(call, methods.reverse().map(shown));
}

/** A card is given as a test token (`card[token]=tok_…`), or as a number, which then always works. */
function createMethod(call: Call, context: Context): Reply {
  const form = formOf(call);
  if (textOf(form, 'type') !== 'card') return invalid('Only cards are known here.', 'type');
  const token = textOf(nested(form['card']), 'token') ?? 'tok_visa';
  const test = testCard(token);
  if (test === undefined) return invalid(`No such token: '${token}'`, 'card[token]', 'resource_missing');
  return ok(
    shown(newMethod(context, { card: test.card, customer: null, metadata: recordOf(form, 'metadata') })),
  );
}

function retrieveMethod(call: Call, context: Context): Reply {
  const method = context.store.get('method', call.id) ?? sharedMethod(context, call.id);
  if (method === undefined) return missing('PaymentMethod', call.id);
  const customer = method.customer === null ? undefined : context.store.get('customer', method.customer);
  const isExpanded = [...call.query].some(
    ([name, value]) => name.startsWith('expand') && value === 'customer',
  );
  return ok(isExpanded && customer !== undefined ? { ...shown(method), customer } : shown(method));
}

/** Test tokens are everybody's methods, and nobody's. */
function sharedMethod(context: Context, token: string): PaymentMethod | undefined {
  const test = testCard(token);
  return test === undefined
    ? undefined
    : { ...cardOf(context, { card: test.card, customer: null, metadata: {} }), id: token };
}

/** As at Stripe, attaching a shared test token makes a method of the customer's own from it. */
function attachMethod(call: Call, context: Context): Reply {
  const customer = textOf(formOf(call), 'customer');
  if (customer === undefined)
    return invalid('Missing required param: customer.', 'customer', 'parameter_missing');
  if (context.store.get('customer', customer) === undefined) return missing('customer', customer);
  const test = testCard(call.id);
  const stored = context.store.get('method', call.id);
  if (test === undefined && stored === undefined) return missing('PaymentMethod', call.id);
  if (stored !== undefined && stored.customer !== null && stored.customer !== customer)
    return invalid('The payment method you provided has already been attached to a customer.');
  const method =
    stored === undefined
      ? newMethod(context, { card: test?.card ?? 'pm_card_visa', customer, metadata: {} })
      : keep(context, { ...stored, customer });
  context.emit('stripe', 'payment_method.attached', shown(method));
  return ok(shown(method));
}

function detachMethod(call: Call, context: Context): Reply {
  const method = context.store.get('method', call.id);
  if (method === undefined) return missing('PaymentMethod', call.id);
  return ok(shown(keep(context, { ...method, customer: null })));
}

function createSetup(call: Call, context: Context): Reply {
  const form = formOf(call);
  const id = context.newId('seti_');
  const setup: SetupIntent = {
    id,
    object: 'setup_intent',
    client_secret: `${id}_secret_${randomText(24)}`,
    created: seconds(context),
    customer: textOf(form, 'customer') ?? null,
    livemode: false,
    metadata: recordOf(form, 'metadata'),
    payment_method: textOf(form, 'payment_method') ?? null,
    payment_method_types: ['card'],
    status:
      textOf(form, 'payment_method') === undefined ? 'requires_payment_method' : 'requires_confirmation',
    usage: 'off_session',
  };
  return finishSetup(context, setup, textOf(form, 'confirm') === 'true' ? 'confirm' : 'keep');
}

function retrieveSetup(call: Call, context: Context): Reply {
  const setup = context.store.get('setup_intent', call.id);
  return setup === undefined ? missing('setup_intent', call.id) : ok(setup);
}

function confirmSetup(call: Call, context: Context): Reply {
  const setup = context.store.get('setup_intent', call.id);
  if (setup === undefined) return missing('setup_intent', call.id);
  const method = textOf(formOf(call), 'payment_method') ?? setup.payment_method;
  if (method === null) return invalid('A payment method is required.', 'payment_method', 'parameter_missing');
  return finishSetup(context, { ...setup, payment_method: method }, 'confirm');
}

function finishSetup(context: Context, setup: SetupIntent, how: 'confirm' | 'keep'): Reply {
  const token = setup.payment_method;
  const stored = token === null ? undefined : context.store.get('method', token);
  const card = token === null ? undefined : (testCard(token)?.card ?? stored?.sandbox_card);
  if (token !== null && card === undefined) return { ...missing('PaymentMethod', token), status: 400 };
  if (how === 'keep' || card === undefined) {
    context.store.put('setup_intent', setup.id, setup);
    return ok(setup);
  }
  const method =
    stored === undefined
      ? newMethod(context, { card, customer: setup.customer, metadata: {} })
      : keep(context, { ...stored, customer: setup.customer });
  const succeeds = testCard(card)?.behaviour.kind !== 'needs_authentication';
  const done: SetupIntent = {
    ...setup,
    payment_method: method.id,
    status: succeeds ? 'succeeded' : 'requires_action',
  };
  context.store.put('setup_intent', done.id, done);
  context.emit('stripe', succeeds ? 'setup_intent.succeeded' : 'setup_intent.requires_action', done);
  return ok(done);
}

interface NewMethod {
  readonly card: string;
  readonly customer: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

function newMethod(context: Context, { card, customer, metadata }: NewMethod): PaymentMethod {
  return keep(context, cardOf(context, { card, customer, metadata }));
}

function cardOf(context: Context, { card, customer, metadata }: NewMethod): PaymentMethod {
  return {
    id: context.newId('pm_'),
    object: 'payment_method',
    type: 'card',
    created: seconds(context),
    customer,
    livemode: false,
    card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034 },
    metadata,
    sandbox_card: card,
  };
}

function keep(context: Context, method: PaymentMethod): PaymentMethod {
  context.store.put('method', method.id, method);
  return method;
}

/** Without what Stripe's own object does not have. */
function shown({ sandbox_card: _, ...method }: PaymentMethod): Omit<PaymentMethod, 'sandbox_card'> {
  return method;
}

const nested = (value: FormValue | undefined): Form =>
  value === undefined || typeof value === 'string' ? {} : value;
const seconds = (context: Context): number => Math.floor(context.now().getTime() / 1_000);
