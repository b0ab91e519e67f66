import type { Context } from './context.js';
import { amountOf } from './paypal/amount.js';
import type { PaypalDispute } from './paypal/objects.js';
import type { StripeDispute } from './stripe/objects.js';
import { paypalLeft, stripeLeft } from './kept.js';

/** What came of a control: the dispute's id, or what is wrong. */
export type Disputed =
  { readonly ok: true; readonly dispute: string } | { readonly ok: false; readonly wrong: string };

const EVIDENCE_DAYS = 7;
const DAY_MS = 86_400_000;
const FEE = 1_500;

/** A customer disputes what an intent or an order captured and did not give back: the money is gone at once. */
export function openDispute(context: Context, reference: string): Disputed {
  const opened = openStripe(context, reference) ?? openPaypal(context, reference);
  context.store.commit();
  return opened ?? { ok: false, wrong: `Nothing was paid under ${reference}.` };
}

/** The bank decides. */
export function resolveDispute(context: Context, reference: string, outcome: 'won' | 'lost'): Disputed {
  const resolved = resolveStripe(context, reference, outcome) ?? resolvePaypal(context, reference, outcome);
  context.store.commit();
  return resolved ?? { ok: false, wrong: `No dispute is open under ${reference}.` };
}

function openStripe(context: Context, reference: string): Disputed | undefined {
  const { store } = context;
  const intent = store.get('intent', reference);
  if (intent === undefined) return undefined;
  if (store.all('stripe_dispute').some((one) => one.payment_intent === reference))
    return { ok: false, wrong: 'It was disputed before.' };
  const amount = stripeLeft(store, intent);
  if (amount <= 0) return { ok: false, wrong: 'Nothing of it is left to dispute.' };
  const { currency } = intent;
  const seconds = Math.floor(context.now().getTime() / 1_000);
  const dispute: StripeDispute = {
    id: context.newId('dp_'),
    object: 'dispute',
    ...{ amount, currency, charge: intent.latest_charge ?? '', created: seconds, payment_intent: reference },
    balance_transactions: [{ amount: -amount, currency, fee: FEE, net: -amount - FEE }],
    evidence_details: {
      ...{ due_by: seconds + (EVIDENCE_DAYS * DAY_MS) / 1_000, has_evidence: false },
      ...{ past_due: false, submission_count: 0 },
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    reason: 'fraudulent',
    status: 'needs_response',
  };
  saveStripe(context, dispute, ['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
  return { ok: true, dispute: dispute.id };
}

function resolveStripe(context: Context, reference: string, outcome: 'won' | 'lost'): Disputed | undefined {
  const open = context.store
    .all('stripe_dispute')
    .find((one) => one.payment_intent === reference && one.status === 'needs_response');
  if (open === undefined) return undefined;
  const back = outcome === 'won' ? ['charge.dispute.funds_reinstated'] : [];
  saveStripe(context, { ...open, status: outcome }, ['charge.dispute.closed', ...back]);
  return { ok: true, dispute: open.id };
}

function saveStripe(context: Context, dispute: StripeDispute, events: readonly string[]): void {
  context.store.put('stripe_dispute', dispute.id, dispute);
  for (const type of events) context.emit('stripe', type, dispute);
}

function openPaypal(context: Context, reference: string): Disputed | undefined {
  const { store } = context;
  const capture = store.all('capture').find(({ order }) => order === reference);
  if (capture === undefined) return undefined;
  if (store.all('paypal_dispute').some((one) => isOf(one, capture.id)))
    return { ok: false, wrong: 'It was disputed before.' };
  const minor = paypalLeft(store, capture);
  if (minor <= 0n) return { ok: false, wrong: 'Nothing of it is left to dispute.' };
  const at = context.now().toISOString();
  const dispute: PaypalDispute = {
    dispute_id: `PP-R-${context.newId('').slice(0, 3)}-${context.newId('').slice(0, 8)}`,
    ...{ create_time: at, update_time: at },
    disputed_transactions: [{ seller_transaction_id: capture.id }],
    reason: 'UNAUTHORISED',
    status: 'WAITING_FOR_SELLER_RESPONSE',
    dispute_amount: amountOf(minor, capture.amount.currency_code),
    seller_response_due_date: new Date(context.now().getTime() + EVIDENCE_DAYS * DAY_MS).toISOString(),
  };
  savePaypal(context, dispute, 'CUSTOMER.DISPUTE.CREATED');
  return { ok: true, dispute: dispute.dispute_id };
}

function resolvePaypal(context: Context, reference: string, outcome: 'won' | 'lost'): Disputed | undefined {
  const { store } = context;
  const capture = store.all('capture').find(({ order }) => order === reference);
  const open = store
    .all('paypal_dispute')
    .find((one) => capture !== undefined && isOf(one, capture.id) && one.status !== 'RESOLVED');
  if (open === undefined) return undefined;
  const code = outcome === 'won' ? 'RESOLVED_SELLER_FAVOUR' : 'RESOLVED_BUYER_FAVOUR';
  const dispute: PaypalDispute = {
    ...open,
    ...{
      status: 'RESOLVED',
      dispute_outcome: { outcome_code: code },
      update_time: context.now().toISOString(),
    },
  };
  savePaypal(context, dispute, 'CUSTOMER.DISPUTE.RESOLVED');
  return { ok: true, dispute: open.dispute_id };
}

function savePaypal(context: Context, dispute: PaypalDispute, type: string): void {
  context.store.put('paypal_dispute', dispute.dispute_id, dispute);
  context.emit('paypal', type, dispute);
}

const isOf = ({ disputed_transactions: of }: PaypalDispute, capture: string): boolean =>
  of.some(({ seller_transaction_id: id }) => id === capture);
