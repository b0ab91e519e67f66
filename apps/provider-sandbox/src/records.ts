import type { Fault } from './faults.js';
import type { StoredAnswer } from './idempotency.js';
import type {
  Authorization,
  Capture,
  Order,
  PaypalDispute,
  PaypalRefund,
  VaultToken,
} from './paypal/objects.js';
import type {
  Customer,
  Intent,
  PaymentMethod,
  SetupIntent,
  StripeDispute,
  StripeRefund,
} from './stripe/objects.js';

export type Provider = 'stripe' | 'paypal';

/** An event as the provider would show it, and how far its delivery has come. */
export interface EventRecord {
  readonly id: string;
  readonly provider: Provider;
  readonly type: string;
  /** The exact bytes that are signed and sent. */
  readonly body: string;
  readonly delivery: 'pending' | 'delivered' | 'gave_up';
}

/** What the store keeps, by kind. */
export interface Records {
  readonly customer: Customer;
  readonly method: PaymentMethod;
  readonly setup_intent: SetupIntent;
  readonly intent: Intent;
  /** By the token that was charged. */
  readonly charges: { readonly count: number };
  readonly stripe_refund: StripeRefund;
  readonly stripe_dispute: StripeDispute;
  readonly order: Order;
  readonly authorization: Authorization;
  readonly capture: Capture;
  readonly paypal_refund: PaypalRefund;
  readonly paypal_dispute: PaypalDispute;
  readonly vault_token: VaultToken;
  readonly event: EventRecord;
  readonly answer: StoredAnswer;
  readonly fault: Fault;
  /** The key pair that signs PayPal's webhooks, and access tokens' secret. */
  readonly secret: { readonly text: string };
}
