/** How to reach the gateways. `apiBase` points at a sandbox instead of the real thing. */
export interface ProvidersConfig {
  readonly stripe: StripeSettings;
  readonly paypal: PaypalSettings;
}

export interface StripeSettings {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Where a customer's browser goes after the bank; without it Stripe gives no address for confirming. */
  readonly returnUrl?: string;
  readonly apiBase?: string;
  readonly timeoutMs?: number;
}

export interface PaypalSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookId: string;
  readonly apiBase?: string;
  readonly timeoutMs?: number;
  /** Which PayPal is meant when there is no `apiBase`; production unless said otherwise. */
  readonly environment?: 'production' | 'sandbox';
}

/** Connect and answer together; afterwards the outcome is unknown and `unavailable`. */
export const PROVIDER_TIMEOUT_MS = 10_000;
