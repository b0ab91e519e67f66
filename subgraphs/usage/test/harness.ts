import { upcastTerms } from '@tollgate/contracts/plans/terms';
import { expect } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import type { DataOf, EventContract } from '@tollgate/contracts/event';
import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { instant, type Period } from '@tollgate/kernel/time/time';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import {
  createTestPlatform,
  createTestTenant,
  TEST_IDENTITY_SECRET,
  type TestPlatform,
  type TestPlatformOptions,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { create } from '../src/main.js';

export const NOW = '2024-05-20T12:00:00.000Z';
export const MAY: Period = { from: instant('2024-05-01T00:00:00Z'), to: instant('2024-06-01T00:00:00Z') };

/** The usage subgraph on a database of its own, with one sandbox tenant. */
export interface Bench {
  readonly platform: TestPlatform;
  readonly tenant: TestTenant;
  readonly subgraph: RunningSubgraph;
  /** Runs an operation as the tenant, or as somebody else; fails on errors. */
  run<T>(query: string, variables?: object, identity?: Identity): Promise<T>;
  /** The first error's code of an operation that must fail. */
  refusedWith(query: string, variables?: object, identity?: Identity): Promise<unknown>;
  /** Feeds events of other contexts. */
  feed<C extends EventContract>(contract: C, aggregate: string, data: DataOf<C>): Promise<void>;
  addCustomer(timeZone?: string): Promise<string>;
  addMeter(code: string, eventType: string, property: string | null): Promise<string>;
  report(events: readonly object[]): Promise<Reported>;
  /** Waits until every published message was consumed. */
  quiet(): Promise<void>;
  sql<R>(text: string, params?: readonly unknown[]): Promise<R[]>;
  destroy(): Promise<void>;
}

export interface Reported {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly outcomes: readonly { id: string; status: string; rejection: { code: string } | null }[];
}

const REPORT = `mutation ($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) {
  __typename ... on UsageReported { accepted duplicate rejected outcomes { id status rejection { code message } } } } }`;
const CREATE_METER = `mutation ($input: CreateMeterInput!) { createMeter(input: $input) {
  __typename ... on MeterCreated { meter { id } } ... on Rejection { message } } }`;

export const startBench = async (options: TestPlatformOptions = {}): Promise<Bench> => {
  const platform = await createTestPlatform(options);
  const tenant = await createTestTenant(platform, { nowAt: NOW });
  const subgraph = await startSubgraph(platform, await create(platform, {}));
  const caller: Identity = { kind: 'tenant', tenant: tenant.id, actor: 'key_test' };
  const execute = (query: string, variables: object = {}, identity: Identity = caller) =>
    subgraph.endpoint.execute({ query, variables: { ...variables }, headers: headersOf(identity) });
  const run = async <T>(query: string, variables?: object, identity?: Identity): Promise<T> => {
    const { data, errors } = await execute(query, variables, identity);
    expect(errors).toBeUndefined();
    return data as T;
  };
  const sql = <R>(text: string, params?: readonly unknown[]) =>
    platform.db.tenant(tenant.scope, (tx) => tx.query<R>(text, params));
  const feed: Bench['feed'] = (contract, aggregate, data) =>
    platform.db.tenant(tenant.scope, async (tx) =>
      publish(tx, [outgoing(contract as never, aggregate, await tx.now(), data as never)]),
    );
  return {
    platform,
    tenant,
    subgraph,
    run,
    sql,
    feed,
    refusedWith: async (query, variables, identity) =>
      (await execute(query, variables, identity)).errors?.[0]?.extensions?.['code'],
    addCustomer: async (timeZone = 'UTC') => {
      const customerId = newId('cus');
      await feed(customerChanged, customerId, { ...CUSTOMER, customerId, timeZone });
      return customerId;
    },
    addMeter: async (code, eventType, property) => {
      const aggregation = property === null ? 'COUNT' : 'SUM';
      const input = { code, name: code, eventType, aggregation, property };
      const { createMeter } = await run<{ createMeter: { meter: { id: string } } }>(CREATE_METER, { input });
      return createMeter.meter.id;
    },
    report: async (events) =>
      (await run<{ reportUsage: Reported }>(REPORT, { events: [...events] })).reportUsage,
    quiet: () => quiet(platform),
    destroy: async () => {
      await subgraph.stop();
      await platform.destroy();
    },
  };
};

export const headersOf = (identity: Identity): Record<string, string> => ({
  'x-tollgate-identity': signIdentity(identity, TEST_IDENTITY_SECRET),
});

/** Terms that bill the meters, with entitlements. */
export const termsOf = (
  customerId: string,
  meterIds: readonly string[],
  entitlements: readonly Entitlement[] = [],
): SubscriptionTerms =>
  upcastTerms({
    subscriptionId: newId('sub'),
    customerId: customerId as SubscriptionTerms['customerId'],
    planId: newId('pln'),
    planName: 'LLM API',
    planVersionId: newId('plv'),
    currency: 'USD',
    timeZone: 'UTC',
    prices: meterIds.map((meterId) => ({
      priceId: newId('prc'),
      currency: 'USD',
      charge: 'usage' as const,
      meterId: meterId as `mtr_${string}`,
      meterCode: 'meter',
      description: 'Usage',
      model: { kind: 'per_unit' as const, unitAmount: '1', includedUnits: '0' },
    })),
    entitlements: [...entitlements],
  });

const CUSTOMER = {
  revision: 1,
  name: 'Ada',
  email: null,
  country: 'DE',
  currency: 'EUR',
  taxId: null,
  address: null,
  createdOn: '2024-01-01',
};

const quiet = async (platform: TestPlatform): Promise<void> => {
  await waitFor('all messages consumed', () =>
    platform.db.shard('main', async (tx) => {
      const [row] = await tx.query<{ open: boolean }>(`
        SELECT EXISTS (SELECT FROM {s}.outbox o WHERE topic IN ('tollgate.plans', 'tollgate.tenancy')
          AND NOT EXISTS (SELECT FROM {s}.consumer_offset c WHERE c.consumer = 'usage'
            AND (c.major, c.minor) >= (o.xid::text::bigint, o.id))) AS open`);
      return row?.open === false;
    }),
  );
};
