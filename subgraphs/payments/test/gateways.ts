import { money } from '@tollgate/kernel/money/money';
import { startProviderSandbox } from '@tollgate/provider-sandbox/server';
import type { ProviderSandbox } from '@tollgate/provider-sandbox/server';
import { randomUUID } from 'node:crypto';
import type { AuthoriseRequest, PaymentProvider, ProviderName } from '../src/providers/domain/provider.js';
import { createProviders } from '../src/providers/providers.js';

export const STRIPE_WEBHOOK_SECRET = 'whsec_integration_test';
export const PAYPAL_WEBHOOK_ID = 'WH1INTEGRATIONTEST';

/** A sandbox of its own and the real SDKs pointed at it. */
export interface Gateways {
  readonly sandbox: ProviderSandbox;
  readonly providers: Readonly<Record<ProviderName, PaymentProvider>>;
  stop(): Promise<void>;
}

export async function startGateways(stateFile?: string): Promise<Gateways> {
  const sandbox = await startProviderSandbox({
    port: 0,
    stripeWebhookSecret: STRIPE_WEBHOOK_SECRET,
    paypalWebhookId: PAYPAL_WEBHOOK_ID,
    ...(stateFile === undefined ? {} : { stateFile }),
  });
  return { sandbox, providers: providersAt(sandbox.url), stop: () => sandbox.stop() };
}

/** The real adapters, pointed at a sandbox; `timeoutMs` is short where a test waits for it. */
export function providersAt(
  apiBase: string,
  timeoutMs = 10_000,
  credentials: 'accepted' | 'refused' = 'accepted',
): Readonly<Record<ProviderName, PaymentProvider>> {
  const secretKey = credentials === 'accepted' ? 'sk_test_integration' : 'sk_test_invalid';
  const clientSecret = credentials === 'accepted' ? 'secret' : 'invalid';
  return createProviders({
    stripe: { secretKey, webhookSecret: STRIPE_WEBHOOK_SECRET, apiBase, timeoutMs },
    paypal: { clientId: 'client', clientSecret, webhookId: PAYPAL_WEBHOOK_ID, apiBase, timeoutMs },
  });
}

/** A payment of its own, charged to this token. */
export function charge(token: string, attempt = 1): AuthoriseRequest {
  const id = randomUUID().replaceAll('-', '');
  return {
    paymentId: `pay_${id}`,
    attempt,
    tenant: 'ten_1',
    invoiceId: `inv_${id}`,
    money: money(2_380n, 'EUR'),
    method: { token },
    description: 'Invoice 2026-0001',
  };
}
