import { createHmac, randomUUID } from 'node:crypto';
import { signTransmission } from './paypal/signature.js';
import type { Provider } from './records.js';
import type { Store } from './store.js';

/** What the providers sign their webhooks with. */
export interface Signer {
  readonly store: Store;
  readonly stripeSecret: string;
  readonly paypalWebhookId: string;
  readonly baseUrl: () => string;
}

/** The exact bytes of a webhook, and when they are signed: now where it is not said. */
export interface Signed {
  readonly provider: Provider;
  readonly body: string;
  readonly at?: Date | undefined;
}

/** The headers with which the provider vouches for these bytes now. */
export function signatureHeaders(
  signer: Signer,
  { provider, body, at = new Date() }: Signed,
): Record<string, string> {
  if (provider === 'stripe') {
    const seconds = Math.floor(at.getTime() / 1_000);
    const signature = createHmac('sha256', signer.stripeSecret).update(`${seconds}.${body}`).digest('hex');
    return { 'stripe-signature': `t=${seconds},v1=${signature}` };
  }
  const id = randomUUID();
  const time = at.toISOString();
  return {
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': signTransmission(signer.store, {
      id,
      time,
      webhookId: signer.paypalWebhookId,
      body,
    }),
    'paypal-cert-url': `${signer.baseUrl()}/v1/notifications/certs/sandbox`,
    'paypal-auth-algo': 'SHA256withRSA',
  };
}
