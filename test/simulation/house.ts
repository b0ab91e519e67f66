import { startProviderSandbox } from '@tollgate/provider-sandbox/server';
import type { Row } from '@tollgate/runtime/database/db';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import { backend, operator } from '@tollgate/testing/callers';
import { createTestPlatform, type TestPlatform } from '@tollgate/testing/stack';
import { operationsOf } from '@tollgate/testing/subgraph';
import { waitFor } from '@tollgate/testing/waiting';

const SUBGRAPHS = ['tenancy', 'plans', 'usage', 'invoices', 'payments'] as const;
type Name = (typeof SUBGRAPHS)[number];
type Operations = ReturnType<typeof operationsOf>;

export const START = '2024-01-01T00:00:00.000Z';
const ARRIVES_MAX_MS = 90_000;

/** All subgraphs on one database, with a local payment provider; nobody moves the test clocks but the test. */
export interface House {
  readonly platform: TestPlatform;
  readonly at: Readonly<Record<Name, Operations>>;
  stop(): Promise<void>;
}

export const startHouse = async (): Promise<House> => {
  const platform = await createTestPlatform();
  const sandbox = await startProviderSandbox({
    port: 0,
    stripeWebhookSecret: 'whsec_simulation',
    paypalWebhookId: 'WHSIMULATION',
  });
  const environment = {
    DATABASE_ADMIN_URL: platform.adminUrl,
    API_KEY_SECRET: 'api-key-secret-0123456789-0123456789',
    PORTAL_TOKEN_SECRET: 'portal-token-secret-0123456789-0123456789',
    STRIPE_SECRET_KEY: 'sk_test_simulation',
    STRIPE_WEBHOOK_SECRET: 'whsec_simulation',
    STRIPE_API_BASE: sandbox.url,
    PAYPAL_CLIENT_ID: 'client',
    PAYPAL_CLIENT_SECRET: 'secret',
    PAYPAL_WEBHOOK_ID: 'WHSIMULATION',
    PAYPAL_API_BASE: sandbox.url,
  };
  const running: RunningSubgraph[] = [];
  for (const name of SUBGRAPHS) {
    const { create } = (await import(
      new URL(`../../subgraphs/${name}/src/main.ts`, import.meta.url).href
    )) as { create: CreateSubgraph };
    running.push(await startSubgraph(platform, await create(platform, environment)));
  }
  return {
    platform,
    at: Object.fromEntries(running.map((one) => [one.name, operationsOf(one)])) as Record<Name, Operations>,
    stop: async () => {
      await Promise.all(running.map((one) => one.stop()));
      await sandbox.stop();
      await platform.destroy();
    },
  };
};

interface Made {
  readonly id: string;
}

/** A sandbox tenant with two customers on one metered monthly plan, one who pays and one whose card is declined. */
export const settledTenant = async ({ at }: House): Promise<Made> => {
  const run = async <T>(name: Name, caller: ReturnType<typeof backend>, mutation: string, call: Call) => {
    const [selected, input] = call;
    const answer = await at[name].command<T>(caller, { name: mutation, input, selected });
    if (answer.message !== undefined) throw new Error(`${mutation}: ${answer.__typename}: ${answer.message}`);
    return answer;
  };
  const { tenant } = await at.tenancy.command<{ tenant: Made }>(operator({ reason: 'simulation' }), {
    name: 'createTenant',
    selected: '... on TenantCreated { tenant { id } }',
    input: {
      name: 'Simulation',
      currency: 'USD',
      timeZone: 'UTC',
      country: 'US',
      sandbox: true,
      testClockAt: START,
      invoiceGraceSeconds: 3_600,
    },
  });
  const caller = backend(tenant);
  const { meter } = await run<{ meter: Made }>('usage', caller, 'createMeter', [
    '... on MeterCreated { meter { id } }',
    { code: 'tokens', name: 'Tokens', eventType: 'call', aggregation: 'SUM', property: 'tokens' },
  ]);
  const { plan } = await run<{ plan: Made }>('plans', caller, 'createPlan', [
    '... on PlanCreated { plan { id } }',
    {
      name: 'Monthly',
      code: 'monthly',
      interval: 'MONTH',
      prices: [
        { key: 'fee', price: { flat: { flatAmount: '10.00' } } },
        { key: 'tokens', meterId: meter.id, price: { perUnit: { unitAmount: '0.01' } } },
      ],
    },
  ]);
  const events: object[] = [];
  for (const [index, token] of ['pm_card_visa', 'pm_card_chargeDeclined'].entries()) {
    const { customer } = await run<{ customer: Made }>('tenancy', caller, 'createCustomer', [
      '... on CustomerCreated { customer { id } }',
      { name: `Customer ${index}` },
    ]);
    await run('payments', caller, 'addPaymentMethod', [
      '',
      { customerId: customer.id, provider: 'STRIPE', token, label: 'Card' },
    ]);
    await run('plans', caller, 'createSubscription', [
      '',
      { customerId: customer.id, planId: plan.id, startsOn: `2024-01-0${index * 3 + 1}` },
    ]);
    const event = { customerId: customer.id, type: 'call', timestamp: START, properties: { tokens: 250 } };
    events.push({ ...event, id: `event-${index}` });
  }
  await run('usage', caller, 'reportUsage', ['... on UsageReported { accepted }', { events }]);
  return tenant;
};

type Call = readonly [selected: string, input: object];

/** Sends the clock on; it is another's matter to move it. */
export const send = async ({ at }: House, tenant: Made, to: string): Promise<void> => {
  const answer = await at.tenancy.command(backend(tenant), { name: 'advanceTestClock', input: { to } });
  if (answer.__typename !== 'TestClockAdvanced') throw new Error(`${answer.__typename}: ${answer.message}`);
};

/** Waits until the tenant is at rest; throws with the reason when it is not in time. */
export const rest = async ({ at }: House, tenant: Made): Promise<void> => {
  const clock = async () =>
    (
      await at.tenancy.ask<{ testClock: { status: string } }>(
        backend(tenant),
        '{ testClock { now target status waitsFor } }',
      )
    ).testClock;
  await waitFor('the clock to arrive', async () => (await clock()).status === 'IDLE', ARRIVES_MAX_MS).catch(
    async (error: unknown) => {
      throw new Error(JSON.stringify(await clock()), { cause: error });
    },
  );
};

/** Everything that was journalled, as it can be compared with another tenant's: what happened to what kind of thing, and when. */
export const journalOf = async ({ platform }: House, { id }: Made): Promise<string[]> => {
  const scope = { tenantId: id, actor: 'test', correlation: 'simulation', cause: 'simulation' };
  const rows = await platform.db.tenant(scope, (tx) =>
    tx.query<Row & { kind: string; type: string; at: string; number: string | null }>(
      `SELECT split_part(stream, '_', 1) AS kind, type, occurred_at AS at, data ->> 'number' AS number FROM {t}.event
       ORDER BY 3, 1, 2, 4`,
    ),
  );
  return rows.map(({ kind, type, at: when, number }) => [when, kind, type, number ?? ''].join(' '));
};
