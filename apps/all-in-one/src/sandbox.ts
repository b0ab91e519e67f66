import { join } from 'node:path';
import type { LocalConfig } from './config.js';
import type { Secrets } from './secrets.js';

/** The part of the provider sandbox that a local system uses. */
interface SandboxModule {
  startProviderSandbox(options: {
    readonly port: number;
    readonly stateFile: string;
    readonly webhookTargets: { readonly stripe: string; readonly paypal: string };
    readonly stripeWebhookSecret: string;
    readonly paypalWebhookId: string;
  }): Promise<{
    readonly url: string;
    readonly mail: { readonly url: string };
    stop(): Promise<void>;
  }>;
}

export interface LocalSandbox {
  readonly url: string | undefined;
  /** Its mail server. */
  readonly smtpUrl: string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the provider sandbox unless real providers are configured. It is a development tool that is not part of the
 * production image, so it is found by its path at run time and never imported.
 */
export async function openSandbox(
  config: LocalConfig,
  secrets: Secrets,
  gatewayUrl: string,
): Promise<LocalSandbox> {
  if (config.realProviders) return { url: undefined, smtpUrl: undefined, stop: async () => undefined };
  const path = new URL('../../provider-sandbox/dist/server.js', import.meta.url).href;
  const { startProviderSandbox } = (await import(path)) as SandboxModule;
  const sandbox = await startProviderSandbox({
    port: 0,
    stateFile: join(config.dataDir, 'provider-sandbox.jsonl'),
    webhookTargets: { stripe: `${gatewayUrl}/webhooks/stripe`, paypal: `${gatewayUrl}/webhooks/paypal` },
    stripeWebhookSecret: `whsec_${secrets.stripeWebhook}`,
    paypalWebhookId: secrets.paypalWebhook,
  });
  return { url: sandbox.url, smtpUrl: sandbox.mail.url, stop: () => sandbox.stop() };
}
