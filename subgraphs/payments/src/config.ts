import { parseEnvironment, type Environment } from '@tollgate/runtime/base/config';
import { z } from 'zod';
import type { SmtpSettings } from './mail/smtp.js';
import type { ProvidersConfig } from './providers/settings.js';

export const environment: Environment = process.env;

const TIMEOUT_DEFAULT_MS = 10_000;
/** A step makes up to four calls; together they must end within the collector's lease. */
const TIMEOUT_MAX_MS = 20_000;
const required = z.string().min(1, 'is missing');
const base = z.url({ protocol: /^https?$/ }).optional();

/** What payments reads from its environment besides what every service does. */
const schema = z.object({
  /** Stripe's secret key, `sk_live_…` or `sk_test_…`. */
  STRIPE_SECRET_KEY: required,
  /** Signs Stripe's webhooks, `whsec_…`. */
  STRIPE_WEBHOOK_SECRET: required,
  /** Another address that speaks Stripe's API, for example the sandbox's. */
  STRIPE_API_BASE: base,
  /** Credentials of the PayPal application. */
  PAYPAL_CLIENT_ID: required,
  PAYPAL_CLIENT_SECRET: required,
  /** Id of the webhook that PayPal calls; part of its signature. */
  PAYPAL_WEBHOOK_ID: required,
  /** Another address that speaks PayPal's API. */
  PAYPAL_API_BASE: base,
  /** Where a customer's browser goes after confirming a card payment with the bank. Unset: Stripe gives no address for it. */
  PAYMENT_RETURN_URL: base,
  /** The mail server, `smtp://user:password@host:587` or `smtps://…`. Unset: mails are noted as failed. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** The address that mails to customers come from. */
  MAIL_FROM: z.email().default('billing@localhost.localdomain'),
  /** Where customers reach the gateway; links to pay begin with it. Unset: there are none. */
  PUBLIC_URL: base,
  /** How long one call to a provider may take, in milliseconds. */
  PROVIDER_TIMEOUT_MS: z.coerce.number().int().min(100).max(TIMEOUT_MAX_MS).default(TIMEOUT_DEFAULT_MS),
});

export interface PaymentsConfig extends ProvidersConfig {
  readonly smtp: SmtpSettings;
  /** Null: links to pay cannot be made. */
  readonly publicUrl: string | null;
}

/** Reads it; throws `ConfigFaults` with every fault. */
export function readConfig(from: Environment): PaymentsConfig {
  const env = parseEnvironment(schema, from);
  const timeoutMs = env.PROVIDER_TIMEOUT_MS;
  return {
    smtp: { url: env.SMTP_URL ?? null, from: env.MAIL_FROM },
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    stripe: {
      secretKey: env.STRIPE_SECRET_KEY,
      webhookSecret: env.STRIPE_WEBHOOK_SECRET,
      timeoutMs,
      ...(env.STRIPE_API_BASE === undefined ? {} : { apiBase: env.STRIPE_API_BASE }),
      ...(env.PAYMENT_RETURN_URL === undefined ? {} : { returnUrl: env.PAYMENT_RETURN_URL }),
    },
    paypal: {
      clientId: env.PAYPAL_CLIENT_ID,
      clientSecret: env.PAYPAL_CLIENT_SECRET,
      webhookId: env.PAYPAL_WEBHOOK_ID,
      timeoutMs,
      ...(env.PAYPAL_API_BASE === undefined ? {} : { apiBase: env.PAYPAL_API_BASE }),
    },
  };
}
