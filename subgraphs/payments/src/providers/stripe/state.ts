import { assert } from '@tollgate/kernel/assert';
import type Stripe from 'stripe';
import type { ProviderPaymentState, ProviderPaymentStatus } from '../domain/provider.js';
import { fromStripeAmount } from '../amounts.js';
import { stripeDeclineCode } from '../declines.js';
import { textIn } from '../json.js';

const STATUSES: Readonly<Record<string, ProviderPaymentStatus>> = {
  canceled: 'voided',
  processing: 'processing',
  requires_action: 'requires_action',
  requires_capture: 'authorised',
  succeeded: 'captured',
};

/** What Stripe holds about a payment, in the port's words. */
export function stateOfIntent(intent: Stripe.PaymentIntent): ProviderPaymentState {
  const captured = intent.status === 'succeeded';
  const money = fromStripeAmount(captured ? intent.amount_received : intent.amount, intent.currency);
  assert(money !== null, 'Stripe answers in a currency that it was asked for');
  const failure = intent.last_payment_error ?? null;
  const charge = chargeOf(intent);
  return {
    outcome: 'found',
    reference: intent.id,
    status: STATUSES[intent.status] ?? (failure === null ? 'unpaid' : 'declined'),
    money,
    authorisation: intent.id,
    ...(captured && charge !== undefined ? { capture: charge } : {}),
    ...namesOf(intent.metadata),
    ...(intent.status === 'requires_action' && intent.client_secret !== null
      ? { clientSecret: intent.client_secret }
      : {}),
    ...(failure === null ? {} : { declineCode: stripeDeclineCode(failure.code, failure.decline_code) }),
  };
}

/** Id of the intent's charge, whether Stripe names or shows it. */
export function chargeOf(intent: Stripe.PaymentIntent): string | undefined {
  return typeof intent.latest_charge === 'string' ? intent.latest_charge : intent.latest_charge?.id;
}

/** Whose payment it is, as we told Stripe when we created it. */
export function namesOf(metadata: unknown): { tenant?: string; paymentId?: string } {
  const [tenant, payment] = [textIn(metadata, 'tenant'), textIn(metadata, 'payment')];
  return { ...(tenant ? { tenant } : {}), ...(payment ? { paymentId: payment } : {}) };
}
