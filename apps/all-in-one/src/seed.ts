import { TollgateClient, type Command } from '@tollgate/client/client';
import type { DemoCredentials, Seeded } from './demo-credentials.js';

const SEED_KEY = 'demo-seed';
/** The system is there already; what does not answer by then is broken. */
const SEED_RETRY_FOR_MS = 60_000;

/**
 * Creates the demo tenant through the front door: a meter, a plan, a customer with a card, a subscription. Every step
 * has an idempotency key, so a run that was killed half-way is finished by the next one.
 */
export async function seedDemo(graphqlUrl: string, staffToken: string): Promise<Seeded> {
  const operator = new TollgateClient(graphqlUrl, staffToken, SEED_RETRY_FOR_MS);
  const tenant = await step<{ tenant: { id: string }; apiKey: string }>(operator, 'createTenant', {
    fields: 'tenant { id } apiKey',
    wanted: 'TenantCreated',
    input: TENANT,
  });
  const client = new TollgateClient(graphqlUrl, tenant.apiKey, SEED_RETRY_FOR_MS);
  const meter = await step<{ meter: { id: string } }>(client, 'createMeter', {
    fields: 'meter { id }',
    wanted: 'MeterCreated',
    input: { code: 'api_calls', name: 'API calls', eventType: 'api.call', aggregation: 'COUNT' },
  });
  const customer = await step<{ customer: { id: string } }>(client, 'createCustomer', {
    fields: 'customer { id }',
    wanted: 'CustomerCreated',
    input: CUSTOMER,
  });
  const plan = await step<{ plan: { id: string } }>(client, 'createPlan', {
    fields: 'plan { id }',
    wanted: 'PlanCreated',
    input: planOf(meter.meter.id),
  });
  await step(client, 'addPaymentMethod', {
    fields: 'paymentMethod { id }',
    wanted: 'PaymentMethodAdded',
    input: { customerId: customer.customer.id, provider: 'STRIPE', token: 'pm_card_visa' },
  });
  await step(client, 'createSubscription', {
    fields: 'subscription { id }',
    wanted: 'SubscriptionCreated',
    input: { customerId: customer.customer.id, planId: plan.plan.id },
  });
  return { tenantId: tenant.tenant.id, customerId: customer.customer.id, apiKey: tenant.apiKey };
}

const TENANT = {
  name: 'Demo',
  currency: 'USD',
  timeZone: 'UTC',
  country: 'US',
  sandbox: false,
  taxRates: [{ country: 'DE', percent: '19' }],
};
const CUSTOMER = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  country: 'DE',
  timeZone: 'Europe/Berlin',
  currency: 'USD',
};

function planOf(meterId: string): Readonly<Record<string, unknown>> {
  return {
    name: 'Starter',
    code: 'starter',
    interval: 'MONTH',
    prices: [
      { key: 'fee', currency: 'USD', description: 'Starter fee', price: { flat: { flatAmount: '10.00' } } },
      {
        key: 'calls',
        currency: 'USD',
        meterId,
        price: { perUnit: { unitAmount: '0.01' }, includedUnits: '1000' },
      },
    ],
    entitlements: [
      { feature: 'api', meterId, limit: '10000' },
      { feature: 'support', enabled: true },
    ],
  };
}

/** A portal token for the demo's customer; short-lived by design, so every start issues a new one. */
export async function issuePortalToken(
  graphqlUrl: string,
  seeded: Seeded,
): Promise<DemoCredentials['portalToken']> {
  const client = new TollgateClient(graphqlUrl, seeded.apiKey, SEED_RETRY_FOR_MS);
  const { token } = await step<{ token: string }>(client, 'issuePortalToken', {
    fields: 'token',
    wanted: 'PortalTokenIssued',
    input: { customerId: seeded.customerId, lifetimeSeconds: 86_400 },
    once: false,
  });
  return token;
}

async function step<T>(
  client: TollgateClient,
  mutation: string,
  options: Omit<Command, 'mutation'> & { readonly once?: boolean },
): Promise<T> {
  const { once, ...command } = options;
  const input =
    once === false ? command.input : { ...command.input, idempotencyKey: `${SEED_KEY}:${mutation}` };
  return client.command<T>({ ...command, mutation, input });
}
