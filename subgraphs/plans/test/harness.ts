import type { Envelope } from '@tollgate/contracts/envelope';
import { decode } from '@tollgate/contracts/event';
import { subscriptionBilled } from '@tollgate/contracts/plans/bill';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { meterCreated, type MeterRecord } from '@tollgate/contracts/usage/meter';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { backend } from '@tollgate/testing/callers';
import { createTestTenant, type TestTenant } from '@tollgate/testing/stack';
import { startBench, type Bench, type Outcome } from '@tollgate/testing/subgraph';
import { waitFor } from '@tollgate/testing/waiting';
import { plans as catalogue } from '../src/catalogue/store/plan.js';
import { create } from '../src/main.js';
import { subscriptions } from '../src/subscription/aggregate.js';

export const JANUARY_31 = '2024-01-31T12:00:00.000Z';
export const FEE = { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '20.00' } } };

const SUBSCRIPTION = `id externalId metadata createdAt status quantity startsOn cancelAt endedAt timeZone currentPeriodIndex
  currentPeriod { from to }`;
const PRICE = `price { flat { flatAmount } perUnit { unitAmount } includedUnits minimumAmount maximumAmount
  graduated { tiers { upTo unitAmount flatAmount flatAtZero } } volume { tiers { upTo unitAmount } }
  package { packageSize packageAmount packageRounding } graduatedPercentage { tiers { upTo ratePercent } }
  conversion { multiplyBy divideBy rounding decimals } }`;
export const VERSION = `id number interval intervalCount alignment grain
  prices { key currency description meter { id } ${PRICE} } entitlements { feature enabled limit meter { id } }`;

export type Data = Record<string, Record<string, unknown>>;
type Answer = Outcome & Readonly<Record<string, never>>;

export type PlansBench = Bench & ReturnType<typeof operationsOf> & ReturnType<typeof factsOf>;

/** The plans subgraph on a database of its own, and what its tests do with it. */
export const startPlans = async (): Promise<PlansBench> => {
  const bench = await startBench(create);
  return { ...bench, ...operationsOf(bench), ...factsOf(bench) };
};

const operationsOf = (bench: Bench) => {
  const run = (tenant: TestTenant, name: string, selected: string, input: object) =>
    bench.command<Answer>(backend(tenant), { name, input, selected });
  const createPlan = (tenant: TestTenant, input: object) =>
    run(
      tenant,
      'createPlan',
      `... on PlanCreated { plan { id code externalId metadata createdAt interval intervalCount product { id name } version { ${VERSION} } } }
       ... on InvalidInput { field } ... on PlanCodeTaken { code } ... on ExternalIdTaken { externalId } ... on UnknownMeter { meterId }
       ... on UnknownProduct { productId }`,
      input,
    );
  const read = async (tenant: TestTenant, id: string) => {
    const query = `query($id: ID!) { subscription(id: $id) { ${SUBSCRIPTION} } }`;
    const { subscription } = await bench.ask<{
      subscription: { status: string; currentPeriodIndex: number | null };
    }>(backend(tenant), query, { id });
    return subscription;
  };
  return {
    run,
    read,
    createPlan,
    createSubscription: (tenant: TestTenant, input: object) =>
      run(
        tenant,
        'createSubscription',
        `... on SubscriptionCreated { subscription { ${SUBSCRIPTION} customer { id } plan { code } planVersion { number } } }
         ... on MeterAlreadyPriced { meterId subscriptionId } ... on CurrencyNotPriced { currency }
         ... on UnknownCustomer { customerId } ... on UnknownPlan { planId } ... on InvalidInput { field }
         ... on ExternalIdTaken { externalId }`,
        input,
      ),
    cancelSubscription: (tenant: TestTenant, input: object) =>
      run(
        tenant,
        'cancelSubscription',
        `... on SubscriptionCancelled { subscription { ${SUBSCRIPTION} } }`,
        input,
      ),
    aPlan: async (tenant: TestTenant, changes: object = {}): Promise<string> => {
      const code = newId('pln');
      const answer = await createPlan(tenant, {
        name: 'Pro',
        code,
        interval: 'MONTH',
        prices: [FEE],
        ...changes,
      });
      return (answer as unknown as Data)['plan']?.['id'] as string;
    },
    atPeriod: (tenant: TestTenant, id: string, index: number) =>
      waitFor(`period ${index}`, async () => {
        const subscription = await read(tenant, id);
        return subscription.currentPeriodIndex === index && subscription;
      }),
  };
};

const factsOf = (bench: Bench) => {
  const { platform } = bench;
  const addCustomers = async (tenant: TestTenant, count: number, changes: object = {}) => {
    const ids = Array.from({ length: count }, () => newId('cus'));
    await platform.db.tenant(tenant.scope, async (tx) => {
      const at = await tx.now();
      const messages = ids.map((customerId) =>
        outgoing(customerChanged, {
          aggregate: customerId,
          occurredAt: at,
          data: { ...customerOf(customerId), ...changes },
        }),
      );
      await publish(tx, messages);
    });
    return ids;
  };
  const published = async (tenant: TestTenant, type: string): Promise<Envelope[]> =>
    (await bench.told(tenant)).filter((one) => one.type === type);
  const timersIn = (tenant: TestTenant) =>
    platform.db.shard('main', (tx) =>
      tx.query<{ key: string; due_at: Instant; payload: unknown }>(
        'SELECT key, due_at, payload FROM {s}.timer WHERE tenant_id = $1 ORDER BY key',
        [tenant.id],
      ),
    );
  return {
    sandbox: (nowAt = JANUARY_31) => createTestTenant(platform, { nowAt }),
    addCustomers,
    addCustomer: async (tenant: TestTenant, changes: object = {}) =>
      (await addCustomers(tenant, 1, changes))[0] ?? '',
    addMeter: async (tenant: TestTenant, code: string, changes: Partial<MeterRecord> = {}) => {
      const meterId = newId('mtr');
      const read = { eventType: 'completion', aggregation: 'sum', property: code, rounding: null } as const;
      const plain = { groupBy: [], window: null, windowCombine: null, subscriptionProperty: null };
      const data = { meterId, code, name: code, filters: [], ...read, ...plain, ...changes };
      await bench.tell(tenant, meterCreated, { aggregate: meterId, data });
      return meterId;
    },
    published,
    billsOf: async (tenant: TestTenant) =>
      (await published(tenant, 'subscription.billed')).map((one) => decode(subscriptionBilled, one)),
    /** Messages with bills that close a stretch, and those bills. */
    closesOf: async (tenant: TestTenant) =>
      (await published(tenant, 'subscription.billed')).flatMap((one) => {
        const { key, occurredAt, data } = decode(subscriptionBilled, one);
        const closes = data.bills.flatMap((bill) =>
          bill.closes === null ? [] : [{ ...bill, closes: bill.closes }],
        );
        return closes.length === 0 ? [] : [{ key, occurredAt, closes }];
      }),
    /** Ids of subscriptions whose rows are not what their streams say. */
    drift: async (tenant: TestTenant) => {
      const checked = await platform.db.tenant(tenant.scope, (tx) =>
        subscriptions.check(tx, { after: null, limit: 1_000, repair: false }),
      );
      return [...new Set(checked.differences.map(({ stream }) => stream))].sort();
    },
    /** Ids of plans whose rows are not what their streams say. */
    catalogueDrift: async (tenant: TestTenant) => {
      const checked = await platform.db.tenant(tenant.scope, (tx) =>
        catalogue.check(tx, { after: null, limit: 1_000, repair: false }),
      );
      return checked.differences.map(({ stream }) => stream);
    },
    timersOf: async (tenant: TestTenant) => (await timersIn(tenant)).length,
    dueTimers: async (tenant: TestTenant) =>
      (await timersIn(tenant)).map(({ key, due_at: dueAt, payload }) => ({ key, dueAt, payload })),
    tamper: (tenant: TestTenant, sql: string, id: string) => bench.sql(tenant, sql, [id]),
  };
};

const customerOf = (customerId: `cus_${string}`) => ({
  customerId,
  revision: 1,
  name: 'Ada',
  email: null,
  country: 'US',
  timeZone: 'UTC',
  currency: 'USD',
  taxId: null,
  address: null,
  externalId: null,
  createdOn: '2024-01-01',
});
