import { TollgateClient } from '@tollgate/client/client';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningSystem } from './system.js';

const FROM = '2024-01-31T00:00:00.000Z';
const TO = '2024-12-15T00:00:00.000Z';
const MONTHS = 11;
const CUSTOMERS = 2;
const ARRIVE_MAX_MS = 240_000;
const SERVICES = ['invoices', 'payments', 'tenancy', 'plans'] as const;
/** Long enough for the one before to be on its way again, and short enough for the clock to be under way still. */
const BETWEEN_KILLS_MAX_MS = 2_500;

let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start('distributed');
}, 180_000);
afterAll(() => system.destroy());

/** A sandbox with customers who pay a monthly fee and for what they used, each with a card; and one whose card declines. */
const openTenant = async (name: string): Promise<TollgateClient> => {
  const { graphqlUrl, staffToken } = system.credentials;
  const key = (what: string) => ({ idempotencyKey: `${name}:${what}` });
  const operator = new TollgateClient(graphqlUrl, staffToken);
  const { apiKey } = await operator.command<{ apiKey: string }>({
    mutation: 'createTenant',
    wanted: 'TenantCreated',
    fields: 'apiKey',
    input: {
      ...{
        name,
        currency: 'USD',
        timeZone: 'Europe/Berlin',
        country: 'US',
        sandbox: true,
        testClockAt: FROM,
      },
      ...key('tenant'),
    },
  });
  const client = new TollgateClient(graphqlUrl, apiKey);
  const { plan } = await client.command<{ plan: { id: string } }>({
    mutation: 'createPlan',
    wanted: 'PlanCreated',
    fields: 'plan { id }',
    input: {
      ...{ name: 'Monthly', code: 'monthly', interval: 'MONTH' },
      prices: [{ key: 'fee', currency: 'USD', description: 'Fee', price: { flat: { flatAmount: '20.00' } } }],
      ...key('plan'),
    },
  });
  for (let index = 1; index <= CUSTOMERS; index += 1) {
    const { customer } = await client.command<{ customer: { id: string } }>({
      mutation: 'createCustomer',
      wanted: 'CustomerCreated',
      fields: 'customer { id }',
      input: { name: `Customer ${index}`, currency: 'USD', ...key(`customer:${index}`) },
    });
    const customerId = customer.id;
    await client.command({
      mutation: 'addPaymentMethod',
      wanted: 'PaymentMethodAdded',
      fields: 'paymentMethod { id }',
      input: {
        ...{ customerId, provider: 'STRIPE' },
        token: index === CUSTOMERS ? 'pm_card_visa_chargeDeclined' : 'pm_card_visa',
        ...key(`method:${index}`),
      },
    });
    await client.command({
      mutation: 'createSubscription',
      wanted: 'SubscriptionCreated',
      fields: 'subscription { id }',
      input: { customerId, planId: plan.id, ...key(`subscription:${index}`) },
    });
  }
  return client;
};

const advance = (client: TollgateClient, key: string): Promise<unknown> =>
  client.command({
    mutation: 'advanceTestClock',
    wanted: 'TestClockAdvanced',
    fields: 'testClock { now }',
    input: { to: TO, idempotencyKey: key },
  });
interface Clock {
  readonly now: string;
  readonly status: string;
}
const clockOf = async (client: TollgateClient): Promise<Clock> =>
  (await client.call<{ testClock: Clock }>('{ testClock { now status } }')).testClock;
const arrived = (client: TollgateClient): Promise<unknown> =>
  waitFor(
    'the clock to arrive',
    async () => {
      const { now, status } = await clockOf(client);
      return now === TO && status === 'IDLE';
    },
    ARRIVE_MAX_MS,
  );

/** Every customer's invoices, oldest first, without what differs from tenant to tenant. */
const billed = async (client: TollgateClient): Promise<readonly (readonly object[])[]> => {
  const { customers } = await client.call<{ customers: { nodes: { id: string; name: string }[] } }>(
    '{ customers(first: 10) { nodes { id name } } }',
  );
  const byName = [...customers.nodes].sort((left, right) => left.name.localeCompare(right.name));
  return Promise.all(
    byName.map(async ({ id }) => {
      const { invoices } = await client.call<{ invoices: { nodes: object[] } }>(INVOICES, { id });
      return [...invoices.nodes].reverse();
    }),
  );
};
const INVOICES = `query Invoices($id: ID!) { invoices(customerId: $id, first: 50) { nodes {
  status createdAt finalisedAt dueAt paidAt declineCode period { from to } total { minor } amountDue { minor }
  lines { kind quantity amount { minor } period { from to } }
  payment { provider status declineCode settledAt amountCaptured { minor } attempts { number outcome } } } } }`;

test('services that are killed while a test clock walks change nothing: same instants, same invoices, each once', async () => {
  const calm = await openTenant('Calm');
  const startedAt = performance.now();
  await advance(calm, 'calm');
  await arrived(calm);
  const pauseMs = Math.min(BETWEEN_KILLS_MAX_MS, (performance.now() - startedAt) / SERVICES.length);
  const expected = await billed(calm);
  expect(expected.map((invoices) => invoices.length)).toEqual(Array(CUSTOMERS).fill(MONTHS));

  const stormy = await openTenant('Stormy');
  await advance(stormy, 'stormy');
  let kills = 0;
  for (const name of SERVICES) {
    if ((await clockOf(stormy)).now === TO) break;
    system.killService(name);
    kills += 1;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if ((await clockOf(stormy)).now !== TO) {
    await system.killAll();
    await system.start();
    kills += 1;
  }
  // At the least two, else nothing was shown.
  expect(kills).toBeGreaterThan(1);
  await arrived(stormy);
  expect(await billed(stormy)).toEqual(expected);
  await Promise.all([calm.close(), stormy.close()]);
}, 600_000);
