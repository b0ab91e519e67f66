import { minorOf } from './paypal/amount.js';
import type { Capture } from './paypal/objects.js';
import type { Store } from './store.js';
import type { Intent } from './stripe/objects.js';

/** What an intent captured and neither gave back nor lost to a dispute, in Stripe's smallest unit. */
export function stripeLeft(store: Store, intent: Intent): number {
  const refunds = store.all('stripe_refund').filter((one) => one.payment_intent === intent.id);
  const disputes = store
    .all('stripe_dispute')
    .filter((one) => one.payment_intent === intent.id && one.status !== 'won');
  return [...refunds, ...disputes].reduce((left, { amount }) => left - amount, intent.amount_received);
}

/** What a capture took and neither gave back nor lost to a dispute, in PayPal's smallest unit. */
export function paypalLeft(store: Store, capture: Capture): bigint {
  const refunds = store.all('paypal_refund').filter((one) => one.capture === capture.id);
  const disputes = store
    .all('paypal_dispute')
    .filter(
      (one) =>
        one.dispute_outcome?.outcome_code !== 'RESOLVED_SELLER_FAVOUR' &&
        one.disputed_transactions.some(({ seller_transaction_id: id }) => id === capture.id),
    );
  const gone = [...refunds.map(({ amount }) => amount), ...disputes.map((one) => one.dispute_amount)];
  return gone.reduce((left, amount) => left - minorOf(amount), minorOf(capture.amount));
}
