import { parseArgs } from 'node:util';
import type { SandboxOptions } from './server.js';

const PORT_DEFAULT = 4_242;
const SMTP_PORT_DEFAULT = 2_525;
const PORT_MAX = 65_535;

/** Reads flags, then the environment (`SANDBOX_…`). Throws one error that names every fault. */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): SandboxOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: text,
      'smtp-port': text,
      host: text,
      'state-file': text,
      'stripe-webhook-url': text,
      'paypal-webhook-url': text,
      'stripe-webhook-secret': text,
      'paypal-webhook-id': text,
    },
  });
  const faults: string[] = [];
  const read = (flag: keyof typeof values): string | undefined =>
    values[flag] ?? env[`SANDBOX_${flag.replaceAll('-', '_').toUpperCase()}`];
  const required = (flag: keyof typeof values): string => {
    const value = read(flag);
    if (!value) faults.push(`--${flag} is missing`);
    return value ?? '';
  };
  const portOf = (flag: 'port' | 'smtp-port', otherwise: number): number => {
    const port = Number(read(flag) ?? otherwise);
    if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) faults.push(`--${flag} is not a port`);
    return port;
  };
  const port = portOf('port', PORT_DEFAULT);
  const smtpPort = portOf('smtp-port', SMTP_PORT_DEFAULT);
  const stripe = read('stripe-webhook-url');
  const paypal = read('paypal-webhook-url');
  for (const url of [stripe, paypal])
    if (url !== undefined && !URL.canParse(url)) faults.push(`not a webhook URL: ${url}`);
  const stripeWebhookSecret = required('stripe-webhook-secret');
  const paypalWebhookId = required('paypal-webhook-id');
  if (faults.length > 0) throw new Error(`The provider sandbox cannot start:\n  ${faults.join('\n  ')}`);
  const host = read('host');
  const stateFile = read('state-file');
  return {
    port,
    smtpPort,
    stripeWebhookSecret,
    paypalWebhookId,
    webhookTargets: { ...(stripe ? { stripe } : {}), ...(paypal ? { paypal } : {}) },
    ...(host ? { host } : {}),
    ...(stateFile ? { stateFile } : {}),
  };
}
