import { customerChanged, type CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { DataOf, EventContract } from '@tollgate/contracts/event';
import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { upcastTerms } from '@tollgate/contracts/plans/terms';
import { instant, type Period } from '@tollgate/kernel/time/time';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import { createTestTenant, type TestPlatformOptions, type TestTenant } from '@tollgate/testing/stack';
import { startBench as startSubgraphBench, type Bench as SubgraphBench } from '@tollgate/testing/subgraph';
import { create } from '../src/main.js';

export const NOW = '2024-05-20T12:00:00.000Z';
export const MAY: Period = { from: instant('2024-05-01T00:00:00Z'), to: instant('2024-06-01T00:00:00Z') };

/** The usage subgraph on a database of its own, with one sandbox tenant. */
export interface Bench extends Pick<SubgraphBench, 'platform' | 'subgraph' | 'quiet' | 'live'> {
  readonly tenant: TestTenant;
  /** Runs an operation as the tenant, or as somebody else; fails on errors. */
  run<T>(query: string, variables?: object, identity?: Identity): Promise<T>;
  /** The first error's code of an operation that must fail. */
  codeOf(query: string, variables?: object, identity?: Identity): Promise<unknown>;
  /** Tells what other contexts publish. */
  feed<C extends EventContract>(contract: C, aggregate: string, data: DataOf<C>): Promise<void>;
  addCustomer(timeZone?: string, changes?: Partial<CustomerRecord>): Promise<string>;
  addMeter(code: string, eventType: string, property: string | null): Promise<string>;
  report(events: readonly object[]): Promise<Reported>;
  sql<R>(text: string, params?: readonly unknown[]): Promise<R[]>;
  destroy(): Promise<void>;
}

export interface Reported {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly outcomes: readonly {
    id: string;
    status: string;
    lacks: readonly string[];
    rejection: { code: string } | null;
  }[];
}

const OUTCOMES = `... on UsageReported { accepted duplicate rejected outcomes { id status lacks rejection { code message } } }`;

export const startBench = async (options: TestPlatformOptions = {}): Promise<Bench> => {
  const bench = await startSubgraphBench(create, options);
  const { platform, subgraph, quiet, live } = bench;
  const tenant = await createTestTenant(platform, { nowAt: NOW });
  const caller = backend(tenant);
  const feed: Bench['feed'] = (contract, aggregate, data) =>
    bench.tell(tenant, contract, { aggregate, data });
  return {
    platform,
    subgraph,
    quiet,
    live,
    tenant,
    feed,
    run: (query, variables, identity = caller) => bench.ask(identity, query, { ...variables }),
    codeOf: (query, variables, identity = caller) => bench.codeOf(identity, query, { ...variables }),
    sql: (text, params) => bench.sql(tenant, text, params),
    addCustomer: async (timeZone = 'UTC', changes = {}) => {
      const customer = { ...CUSTOMER, customerId: newId('cus'), timeZone, ...changes };
      await feed(customerChanged, customer.customerId, customer);
      return customer.customerId;
    },
    addMeter: async (code, eventType, property) => {
      const aggregation = property === null ? 'COUNT' : 'SUM';
      const created = await bench.command<{ meter: { id: string } }>(caller, {
        name: 'createMeter',
        input: { code, name: code, eventType, aggregation, property },
        selected: '... on MeterCreated { meter { id } }',
      });
      return created.meter.id;
    },
    report: (events) =>
      bench.command<Reported>(caller, { name: 'reportUsage', input: { events }, selected: OUTCOMES }),
    destroy: bench.stop,
  };
};

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
  externalId: null,
  createdOn: '2024-01-01',
};
