import { readFileSync } from 'node:fs';
import { parse, type ObjectTypeDefinitionNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import { backend, portal, support } from '@tollgate/testing/callers';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { operationsOf } from '@tollgate/testing/subgraph';

const SUPERGRAPH = new URL('../../supergraph.graphql', import.meta.url);
const ENVIRONMENT = {
  API_KEY_SECRET: 'api-key-secret-0123456789',
  PORTAL_TOKEN_SECRET: 'portal-token-secret-0123456789',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  PAYPAL_CLIENT_ID: 'client',
  PAYPAL_CLIENT_SECRET: 'secret',
  PAYPAL_WEBHOOK_ID: 'webhook',
};
const CUSTOMER = newId('cus');

type Input = Readonly<Record<string, unknown>>;

interface Entry {
  readonly subgraph: 'tenancy' | 'usage' | 'invoices' | 'payments';
  /** Carried out; a new input each time. Null where a test of the subgraph's own makes what it needs. */
  accepted: (() => Input | Promise<Input>) | null;
  /** Answered by a rejection. */
  rejected(): Input;
  /** A portal token may, for its own customer. */
  readonly portalMay?: true;
  /** Only operators, who act on no tenant of the callers here. */
  readonly operatorsOnly?: true;
}

const customerInput = async (): Promise<Input> => ({ id: (await newCustomer()).id, name: 'Bob' });
const unique = (): string => newId('evt').slice(-12).toLowerCase();

const MUTATIONS: Readonly<Record<string, Entry>> = {
  createTenant: {
    subgraph: 'tenancy',
    operatorsOnly: true,
    accepted: () => ({ name: 'Acme', currency: 'EUR', timeZone: 'UTC', country: 'LT' }),
    rejected: () => ({ name: '', currency: 'EUR', timeZone: 'UTC', country: 'LT' }),
  },
  updateTenantSettings: {
    subgraph: 'tenancy',
    accepted: () => ({ name: unique() }),
    rejected: () => ({ name: '' }),
  },
  createCustomer: { subgraph: 'tenancy', accepted: () => ({ name: 'Ada' }), rejected: () => ({ name: '' }) },
  updateCustomer: {
    subgraph: 'tenancy',
    accepted: customerInput,
    rejected: () => ({ id: 'cus_1', name: 'Bob' }),
  },
  createApiKey: { subgraph: 'tenancy', accepted: () => ({ name: 'CI' }), rejected: () => ({ name: '' }) },
  revokeApiKey: {
    subgraph: 'tenancy',
    accepted: async () => ({ id: await newKey() }),
    rejected: () => ({ id: 'key_1' }),
  },
  issuePortalToken: {
    subgraph: 'tenancy',
    accepted: async () => ({ customerId: (await newCustomer()).id }),
    rejected: () => ({ customerId: 'cus_1' }),
  },
  advanceTestClock: {
    subgraph: 'tenancy',
    accepted: () => ({ to: '2024-01-01T00:00:00.000Z' }),
    rejected: () => ({ to: '2023-01-01T00:00:00.000Z' }),
  },
  createMeter: {
    subgraph: 'usage',
    accepted: () => ({ code: `m${unique()}`, name: 'Calls', eventType: unique(), aggregation: 'COUNT' }),
    rejected: () => ({ code: '', name: 'Calls', eventType: 'call', aggregation: 'COUNT' }),
  },
  addPaymentMethod: {
    subgraph: 'payments',
    portalMay: true,
    accepted: () => ({ customerId: CUSTOMER, provider: 'STRIPE', token: `pm_${unique()}` }),
    rejected: () => ({ customerId: CUSTOMER, provider: 'STRIPE', token: '' }),
  },
  removePaymentMethod: {
    subgraph: 'payments',
    portalMay: true,
    accepted: async () => ({ paymentMethodId: await newMethod() }),
    rejected: () => ({ paymentMethodId: 'pmt_1' }),
  },
  payInvoice: {
    subgraph: 'payments',
    // Paying needs an invoice, a method and a provider: the suites of payments do that.
    accepted: null,
    rejected: () => ({ invoiceId: 'inv_1' }),
  },
  finaliseInvoice: { subgraph: 'invoices', accepted: null, rejected: () => ({ invoiceId: 'inv_1' }) },
  voidInvoice: {
    subgraph: 'invoices',
    accepted: null,
    rejected: () => ({ invoiceId: 'inv_1', reason: 'A mistake.' }),
  },
  reportUsage: {
    subgraph: 'usage',
    accepted: () => ({ events: [{ id: unique(), type: 'nothing', customerId: 'cus_1', timestamp: NOW }] }),
    rejected: () => ({ events: [] }),
  },
};

/** Not on the one command path yet. The list can only shrink: a mutation is here or in the table, never in both. */
const PENDING = [
  'cancelSubscription',
  'createPlan',
  'createProduct',
  'createSubscription',
  'publishPlanVersion',
];

const NOW = '2024-01-01T00:00:00.000Z';
const types = new Map(
  parse(readFileSync(SUPERGRAPH, 'utf8')).definitions.flatMap((one) =>
    one.kind === 'ObjectTypeDefinition' || one.kind === 'InputObjectTypeDefinition'
      ? [[one.name.value, (one as ObjectTypeDefinitionNode).fields?.map(({ name }) => name.value) ?? []]]
      : [],
  ),
);
const inputOf = (mutation: string): string => `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;

let platform: TestPlatform;
let tenant: TestTenant;
let running: Map<string, RunningSubgraph>;
let callers: Readonly<Record<'tenant' | 'portal' | 'staff', Identity>>;

beforeAll(async () => {
  platform = await createTestPlatform();
  running = new Map();
  for (const name of ['tenancy', 'usage', 'invoices', 'payments']) {
    const path = new URL(`../../subgraphs/${name}/src/main.ts`, import.meta.url).href;
    const { create } = (await import(path)) as { readonly create: CreateSubgraph };
    running.set(name, await startSubgraph(platform, await create(platform, ENVIRONMENT)));
  }
  tenant = await createTestTenant(platform, { nowAt: NOW });
  callers = {
    tenant: backend(tenant),
    portal: portal(tenant, CUSTOMER),
    staff: support({ tenant, reason: 'ticket 7' }),
  };
  const details = { name: 'Ada', email: null, country: 'DE', timeZone: 'UTC', taxId: null, address: null };
  const data = { customerId: CUSTOMER, revision: 1, currency: 'EUR', createdOn: '2024-01-01', ...details };
  await platform.db.tenant(tenant.scope, async (tx) =>
    publish(tx, [outgoing(customerChanged, CUSTOMER, await tx.now(), data)]),
  );
});
afterAll(async () => {
  for (const subgraph of running.values()) await subgraph.stop();
  await platform.destroy();
});

const on = (name: string): ReturnType<typeof operationsOf> => {
  const subgraph = running.get(name);
  if (subgraph === undefined) throw new Error(`${name} does not run`);
  return operationsOf(subgraph);
};

const newCustomer = async (): Promise<{ readonly id: string }> => {
  const made = await on('tenancy').command<{ readonly customer: { readonly id: string } }>(callers.tenant, {
    name: 'createCustomer',
    input: { name: 'Ada' },
    selected: '... on CustomerCreated { customer { id } }',
  });
  return made.customer;
};

const newKey = async (): Promise<string> => {
  const made = await on('tenancy').command<{ readonly apiKey: { readonly id: string } }>(callers.tenant, {
    name: 'createApiKey',
    input: { name: 'CI' },
    selected: '... on ApiKeyCreated { apiKey { id } }',
  });
  return made.apiKey.id;
};

const newMethod = async (): Promise<string> => {
  const input = { customerId: CUSTOMER, provider: 'STRIPE', token: `pm_${unique()}` };
  const selected = '... on PaymentMethodAdded { paymentMethod { id } }';
  const made = await on('payments').command<{ readonly paymentMethod: { readonly id: string } }>(
    callers.tenant,
    { name: 'addPaymentMethod', input, selected },
  );
  return made.paymentMethod.id;
};

interface Line {
  readonly kind: string;
  readonly outcome: string;
  readonly reason: string | null;
}

const trail = (mutation: string): Promise<Line[]> =>
  platform.db.tenant(tenant.scope, (tx) =>
    tx.query<Line>('SELECT kind, outcome, reason FROM {t}.audit WHERE command = $1 ORDER BY id', [mutation]),
  );

/** What the caller was told: the answer's type, or the code of the error. */
const told = async (who: Identity, mutation: string, input: Input): Promise<unknown> => {
  const query = `mutation Command($input: ${inputOf(mutation)}!) { ${mutation}(input: $input) { __typename } }`;
  const { data, errors } = await on(MUTATIONS[mutation]?.subgraph ?? '').answer(who, query, { input });
  const answer = data?.[mutation] as { readonly __typename: string } | null | undefined;
  return answer?.__typename ?? errors?.[0]?.extensions?.['code'];
};

test('every mutation of the supergraph has an entry', () => {
  expect([...Object.keys(MUTATIONS), ...PENDING].sort()).toEqual([...(types.get('Mutation') ?? [])].sort());
});

describe.each(Object.entries(MUTATIONS))('%s', (mutation, entry) => {
  const ways = (['tenant', 'staff', 'portal'] as const).flatMap((who) => [
    ...(entry.accepted === null ? [] : [[who, 'accepted'] as const]),
    [who, 'rejected'] as const,
  ]);

  test.each(ways)('by %s, %s, leaves one line that says so, once for each key', async (who, what) => {
    const input = await entry[what]?.();
    if (input === undefined) throw new Error(`${mutation} has no input that is ${what}`);
    const keyed = types.get(inputOf(mutation))?.includes('idempotencyKey') === true;
    const sent = keyed ? { ...input, idempotencyKey: unique() } : input;
    const before = (await trail(mutation)).length;
    const outcome = await told(callers[who], mutation, sent);
    if (keyed) expect(await told(callers[who], mutation, sent)).toBe(outcome);
    const forbidden = (who === 'portal' && entry.portalMay !== true) || entry.operatorsOnly === true;
    expect(outcome).toMatch(forbidden ? /^FORBIDDEN$/ : /^[A-Z][a-z]/);
    const kind = { tenant: 'tenant', staff: 'staff', portal: 'customer' }[who];
    const reason = who === 'staff' ? 'ticket 7' : null;
    expect((await trail(mutation)).slice(before)).toEqual([{ kind, outcome, reason }]);
  });
});
