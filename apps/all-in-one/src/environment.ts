import { join } from 'node:path';
import { ROOT, type Environment, type LocalConfig } from './config.js';
import type { LocalDatabase } from './database.js';
import type { Secrets } from './secrets.js';

export interface Addresses {
  readonly database: Pick<LocalDatabase, 'url' | 'adminUrl'>;
  /** The provider sandbox, where it runs. */
  readonly sandboxUrl: string | undefined;
  /** The sandbox's mail server, where it runs. */
  readonly smtpUrl?: string | undefined;
  readonly gatewayPort: number;
  readonly kafkaBrokers?: readonly string[];
  readonly redisUrl?: string;
}

/** The environment of every service of a local system: what the user set wins over what was made here. */
export function serviceEnvironment(
  config: Pick<LocalConfig, 'environment' | 'host' | 'logLevel'>,
  secrets: Secrets,
  at: Addresses,
): Environment {
  return {
    LOG_LEVEL: config.logLevel,
    INTERNAL_IDENTITY_SECRET: secrets.identity,
    PORTAL_TOKEN_SECRET: secrets.portal,
    API_KEY_SECRET: secrets.apiKey,
    ...(config.environment['STAFF_JWKS_URL'] ? {} : { STAFF_DEV_SECRET: secrets.staffDev }),
    SUPERGRAPH_PATH: join(ROOT, 'supergraph.graphql'),
    ...(at.sandboxUrl === undefined
      ? {}
      : sandboxProviders(
          { url: at.sandboxUrl, returnUrl: `http://${config.host}:${at.gatewayPort}` },
          secrets,
        )),
    ...(at.smtpUrl === undefined ? {} : { SMTP_URL: at.smtpUrl }),
    PUBLIC_URL: `http://${config.host}:${at.gatewayPort}`,
    ...(at.kafkaBrokers === undefined ? {} : { KAFKA_BROKERS: at.kafkaBrokers.join(',') }),
    ...(at.redisUrl === undefined ? {} : { REDIS_URL: at.redisUrl }),
    ...config.environment,
    DATABASE_URL: at.database.url,
    DATABASE_ADMIN_URL: at.database.adminUrl,
    GATEWAY_HOST: config.host,
    GATEWAY_PORT: String(at.gatewayPort),
    PORT: '0',
  };
}

function sandboxProviders(
  { url, returnUrl }: { readonly url: string; readonly returnUrl: string },
  secrets: Secrets,
): Environment {
  return {
    VIES_API_BASE: `${url}/taxation_customs/vies/rest-api`,
    STRIPE_API_BASE: url,
    STRIPE_SECRET_KEY: `sk_test_${secrets.stripeKey}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${secrets.stripeWebhook}`,
    PAYPAL_API_BASE: url,
    PAYPAL_CLIENT_ID: secrets.paypalClient,
    PAYPAL_CLIENT_SECRET: secrets.paypalClientSecret,
    PAYPAL_WEBHOOK_ID: secrets.paypalWebhook,
    PAYMENT_RETURN_URL: returnUrl,
    PROVIDER_TIMEOUT_MS: '3000',
  };
}
