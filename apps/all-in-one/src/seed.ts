import type { DemoCredentials, Seeded } from './demo-credentials.js';

/** Calls the system as its users do: over HTTP, with a token. */
export async function callGateway<T>(
  graphqlUrl: string,
  token: string,
  document: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query: document, variables }),
  });
  const body = (await response.json()) as { data?: T; errors?: { message: string }[] };
  if (body.errors !== undefined || body.data === undefined || body.data === null) {
    throw new Error(`seeding failed: ${JSON.stringify(body.errors)}`);
  }
  return body.data;
}

type Answer<K extends string, T> = Record<K, T & { __typename: string; message?: string }>;

const SEED_KEY = 'demo-seed';

/**
 * Creates the demo tenant through the front door: a meter, a plan, a customer with a card, a subscription. Every step
 * has an idempotency key, so a run that was killed half-way is finished by the next one.
 */
export async function seedDemo(graphqlUrl: string, staffToken: string): Promise<Seeded> {
  const tenant = await step<{ tenant: { id: string }; apiKey: string }>(
    graphqlUrl,
    staffToken,
    'createTenant',
    {
      fields: 'tenant { id } apiKey',
      type: 'TenantCreated',
      input: {
        name: 'Demo',
        currency: 'USD',
        timeZone: 'UTC',
        country: 'US',
        sandbox: false,
        taxRates: [{ country: 'DE', percent: '19' }],
      },
    },
  );
  const key = tenant.apiKey;
  const meter = await step<{ meter: { id: string } }>(graphqlUrl, key, 'createMeter', {
    fields: 'meter { id }',
    type: 'MeterCreated',
    input: { code: 'api_calls', name: 'API calls', eventType: 'api.call', aggregation: 'COUNT' },
  });
  const customer = await step<{ customer: { id: string } }>(graphqlUrl, key, 'createCustomer', {
    fields: 'customer { id }',
    type: 'CustomerCreated',
    input: {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      country: 'DE',
      timeZone: 'Europe/Berlin',
      currency: 'USD',
    },
  });
  const plan = await step<{ plan: { id: string } }>(graphqlUrl, key, 'createPlan', {
    fields: 'plan { id }',
    type: 'PlanCreated',
    input: {
      name: 'Starter',
      code: 'starter',
      interval: 'MONTH',
      prices: [
        { currency: 'USD', kind: 'FLAT', amount: '10.00', description: 'Starter fee' },
        {
          currency: 'USD',
          kind: 'PER_UNIT',
          meterId: meter.meter.id,
          unitAmount: '0.01',
          includedUnits: '1000',
        },
      ],
      entitlements: [
        { feature: 'api', meterId: meter.meter.id, limit: '10000' },
        { feature: 'support', enabled: true },
      ],
    },
  });
  await step(graphqlUrl, key, 'addPaymentMethod', {
    fields: 'paymentMethod { id }',
    type: 'PaymentMethodAdded',
    input: { customerId: customer.customer.id, provider: 'STRIPE', token: 'pm_card_visa' },
  });
  await step(graphqlUrl, key, 'createSubscription', {
    fields: 'subscription { id }',
    type: 'SubscriptionCreated',
    input: { customerId: customer.customer.id, planId: plan.plan.id },
  });
  return { tenantId: tenant.tenant.id, customerId: customer.customer.id, apiKey: key };
}

/** A portal token for the demo's customer; short-lived by design, so every start issues a new one. */
export async function issuePortalToken(
  graphqlUrl: string,
  seeded: Seeded,
): Promise<DemoCredentials['portalToken']> {
  const { token } = await step<{ token: string }>(graphqlUrl, seeded.apiKey, 'issuePortalToken', {
    fields: 'token',
    type: 'PortalTokenIssued',
    input: { customerId: seeded.customerId, lifetimeSeconds: 86_400 },
    once: false,
  });
  return token;
}

async function step<T>(
  graphqlUrl: string,
  token: string,
  mutation: string,
  options: {
    readonly fields: string;
    readonly type: string;
    readonly input: Record<string, unknown>;
    readonly once?: boolean;
  },
): Promise<T> {
  const name = mutation.charAt(0).toUpperCase() + mutation.slice(1);
  const document = `mutation Seed($input: ${name}Input!) {
    answer: ${mutation}(input: $input) { __typename ... on ${options.type} { ${options.fields} } ... on Rejection { message } } }`;
  const input =
    options.once === false ? options.input : { ...options.input, idempotencyKey: `${SEED_KEY}:${mutation}` };
  const { answer } = await callGateway<Answer<'answer', T>>(graphqlUrl, token, document, { input });
  if (answer.__typename !== options.type)
    throw new Error(`seeding: ${mutation} answered ${answer.__typename}: ${answer.message}`);
  return answer;
}
