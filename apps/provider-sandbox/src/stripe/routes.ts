import { recordOf, textOf } from '../form.js';
import type { Call, Reply, Route, Context } from '../context.js';
import { formOf, invalid, listOf, missing, ok } from './answers.js';
import { customerRoutes } from './customer-routes.js';
import { intentRoutes } from './intent-routes.js';
import type { StripeRefund } from './objects.js';

/** Everything the sandbox answers as Stripe. */
export const stripeRoutes: readonly Route[] = [
  ...intentRoutes,
  ...customerRoutes,
  { method: 'POST', pattern: '/v1/refunds', handle: createRefund },
  { method: 'GET', pattern: '/v1/refunds', handle: listRefunds },
  { method: 'GET', pattern: '/v1/refunds/:id', handle: retrieveRefund },
  { method: 'GET', pattern: '/v1/disputes/:id', handle: retrieveDispute },
  { method: 'GET', pattern: '/v1/events', handle: listEvents },
  { method: 'GET', pattern: '/v1/events/:id', handle: retrieveEvent },
];

function createRefund(call: Call, context: Context): Reply {
  const form = formOf(call);
  const charge = textOf(form, 'charge');
  const id = textOf(form, 'payment_intent');
  const intent = context.store
    .all('intent')
    .find((item) => (id === undefined ? item.latest_charge === charge : item.id === id));
  if (intent === undefined || intent.amount_received === 0) return missing('charge', charge ?? id ?? '');
  const refunded = context.store
    .all('stripe_refund')
    .filter((refund) => refund.payment_intent === intent.id)
    .reduce((sum, refund) => sum + refund.amount, 0);
  const left = intent.amount_received - refunded;
  const isGone = context.store
    .all('stripe_dispute')
    .some((one) => one.payment_intent === intent.id && one.status !== 'won');
  if (isGone) return invalid('This charge has been charged back.', 'charge', 'charge_disputed');
  const amount = Number(textOf(form, 'amount') ?? left);
  if (left === 0) return invalid('Charge has already been refunded.', 'charge', 'charge_already_refunded');
  if (!Number.isInteger(amount) || amount < 1 || amount > left)
    return invalid(`Refund amount is greater than unrefunded amount on charge (${left}).`, 'amount');
  const refund: StripeRefund = {
    id: context.newId('re_'),
    object: 'refund',
    amount,
    charge: intent.latest_charge,
    created: Math.floor(context.now().getTime() / 1_000),
    currency: intent.currency,
    metadata: recordOf(form, 'metadata'),
    payment_intent: intent.id,
    reason: textOf(form, 'reason') ?? null,
    status: 'succeeded',
  };
  context.store.put('stripe_refund', refund.id, refund);
  context.emit('stripe', 'refund.created', refund);
  return ok(refund);
}

function listRefunds(call: Call, context: Context): Reply {
  const intent = call.query.get('payment_intent');
  const found = context.store
    .all('stripe_refund')
    .filter((refund) => intent === null || refund.payment_intent === intent);
  return listOf(call, found.reverse());
}

function retrieveRefund(call: Call, context: Context): Reply {
  const refund = context.store.get('stripe_refund', call.id);
  return refund === undefined ? missing('refund', call.id) : ok(refund);
}

/** With its intent where that is asked for. */
function retrieveDispute(call: Call, context: Context): Reply {
  const dispute = context.store.get('stripe_dispute', call.id);
  if (dispute === undefined) return missing('dispute', call.id);
  const isExpanded = [...call.query.values()].includes('payment_intent');
  const intent = isExpanded ? context.store.get('intent', dispute.payment_intent) : undefined;
  return ok(intent === undefined ? dispute : { ...dispute, payment_intent: intent });
}

function listEvents(call: Call, context: Context): Reply {
  const type = call.query.get('type');
  const rows = context.store
    .all('event')
    .filter((row) => row.provider === 'stripe' && (type === null || row.type === type));
  return listOf(
    call,
    rows.reverse().map((row) => JSON.parse(row.body) as { id: string }),
  );
}

function retrieveEvent(call: Call, context: Context): Reply {
  const row = context.store.get('event', call.id);
  return row?.provider === 'stripe' ? ok(JSON.parse(row.body)) : missing('event', call.id);
}
