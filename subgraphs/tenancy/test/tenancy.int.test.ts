import { createHash } from 'node:crypto';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { Database } from '@tollgate/runtime/database/db';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { readStreams } from '@tollgate/runtime/journal/journal';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import { createTestPlatform, TEST_IDENTITY_SECRET, type TestPlatform } from '@tollgate/testing/stack';
import { customerDecider, type CustomerEvent } from '../src/customer/domain/customer.js';
import { create } from '../src/main.js';
import { resumeUnfinished } from '../src/tenant/provision.js';
import { customerPage } from '../src/customer/store.js';

const SECRETS = {
  API_KEY_SECRET: 'api-key-secret-0123456789',
  PORTAL_TOKEN_SECRET: 'portal-token-secret-0123456789',
};
const OPERATOR: Identity = { kind: 'staff', actor: 'ops@tollgate.test', roles: ['support', 'operator'] };
const SUPPORT: Identity = { kind: 'staff', actor: 'help@tollgate.test', roles: ['support'] };
const GATEWAY: Identity = { kind: 'system', actor: 'gateway' };

type Answer = Record<string, unknown>;

let platform: TestPlatform;
let tenancy: RunningSubgraph;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenancy = await start(platform, { ...SECRETS, DATABASE_ADMIN_URL: platform.adminUrl });
});
afterAll(async () => {
  await tenancy.stop();
  await platform.destroy();
});

async function start(on: TestPlatform, environment: Record<string, string>): Promise<RunningSubgraph> {
  return startSubgraph(on, await create(on, environment));
}

async function call(identity: Identity, query: string, variables: Answer = {}, subgraph = tenancy) {
  const headers = { 'x-tollgate-identity': signIdentity(identity, TEST_IDENTITY_SECRET) };
  return subgraph.endpoint.execute({ query, variables, headers });
}

/** The one answer of an operation that must not fail. */
async function ask<T = Answer>(identity: Identity, query: string, variables: Answer = {}): Promise<T> {
  const { data, errors } = await call(identity, query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0] as T;
}

async function refusal(identity: Identity, query: string, variables: Answer = {}): Promise<unknown> {
  const { errors } = await call(identity, query, variables);
  return errors?.[0]?.extensions?.['code'];
}

const TENANT = `id name currency timeZone country taxRates { country percent } invoiceGraceSeconds sandbox state now`;
const INVALID = `... on InvalidInput { field message }`;
const CREATE_TENANT = `mutation($input: CreateTenantInput!) { createTenant(input: $input) {
  __typename ... on TenantCreated { apiKey apiKeyId tenant { ${TENANT} } } ${INVALID} ... on IdempotencyConflict { message } } }`;
const UPDATE_TENANT = `mutation($input: UpdateTenantSettingsInput!) { updateTenantSettings(input: $input) {
  __typename ... on TenantSettingsUpdated { tenant { ${TENANT} } } ${INVALID} } }`;
const CUSTOMER = `id name email country timeZone currency taxId address { line1 city } createdAt`;
const CREATE_CUSTOMER = `mutation($input: CreateCustomerInput!) { createCustomer(input: $input) {
  __typename ... on CustomerCreated { customer { ${CUSTOMER} } } ${INVALID} ... on IdempotencyConflict { message } } }`;
const UPDATE_CUSTOMER = `mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) {
  __typename ... on CustomerUpdated { customer { ${CUSTOMER} } } ... on UnknownCustomer { customerId } ${INVALID} } }`;
const CREATE_KEY = `mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  __typename ... on ApiKeyCreated { secret apiKey { id name lastFour revokedAt createdBy } } ${INVALID} } }`;
const REVOKE_KEY = `mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
  __typename ... on ApiKeyRevoked { apiKey { id revokedAt } } ... on UnknownApiKey { apiKeyId } } }`;
const IDENTIFY = `query($hash: String!) { identifyApiKey(hash: $hash) { tenant keyId } }`;
const ADVANCE = `mutation($to: DateTime!) { advanceTestClock(input: { to: $to }) {
  __typename ... on TestClockAdvanced { testClock { now } } ... on ClockGoesBackwards { now } ${INVALID} } }`;
const ISSUE = `mutation($input: IssuePortalTokenInput!) { issuePortalToken(input: $input) {
  __typename ... on PortalTokenIssued { token expiresAt } ... on UnknownCustomer { customerId } ${INVALID} } }`;
const AUDIT = `{ auditTrail { nodes { kind actor command subject outcome reason } } }`;

const ACME = { name: 'Acme', currency: 'EUR', timeZone: 'Europe/Vilnius', country: 'LT' };

interface Created {
  readonly apiKey: string;
  readonly apiKeyId: string;
  readonly tenant: Answer & { readonly id: string };
}

const createTenant = (input: Answer = {}): Promise<Created> =>
  ask(OPERATOR, CREATE_TENANT, { input: { ...ACME, ...input } });

const backend = (tenant: string): Identity => ({ kind: 'tenant', tenant, actor: 'key_test' });
const portal = (tenant: string, customer: string): Identity => ({
  kind: 'customer',
  tenant,
  customer,
  actor: customer,
});

async function newBackend(input: Answer = {}): Promise<Identity & { kind: 'tenant' }> {
  const { tenant } = await createTenant(input);
  return { kind: 'tenant', tenant: tenant.id, actor: 'key_test' };
}

async function newCustomer(
  identity: Identity,
  input: Answer = {},
): Promise<Answer & { readonly id: string }> {
  const { customer } = await ask<{ customer: Answer & { id: string } }>(identity, CREATE_CUSTOMER, {
    input: { name: 'Ada', ...input },
  });
  return customer;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What a tenant published, in order. */
async function published(tenant: string): Promise<{ type: string; data: Answer }[]> {
  const rows = await platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM {s}.outbox WHERE tenant_id = $1 ORDER BY id', [
      tenant,
    ]),
  );
  return rows.map(({ envelope }) => JSON.parse(envelope) as { type: string; data: Answer });
}

const parts = (canProvision: boolean) => ({ db: platform.db, logger: platform.logger, canProvision });

describe('an operator creates a tenant', () => {
  test('that is open at once, with a key that works and settings that everybody is told', async () => {
    const created = await createTenant({ taxRates: [{ country: 'DE', percent: '19' }] });
    expect(created.tenant).toMatchObject({
      ...ACME,
      taxRates: [{ country: 'DE', percent: '19' }],
      invoiceGraceSeconds: 3_600,
      sandbox: false,
      state: 'ACTIVE',
    });
    expect(created.apiKey).toMatch(/^tg_live_/);
    const { id } = created.tenant;
    expect(await ask(GATEWAY, IDENTIFY, { hash: hashOf(created.apiKey) })).toEqual({
      tenant: id,
      keyId: created.apiKeyId,
    });
    expect(await published(id)).toMatchObject([
      { type: 'tenant.changed', data: { tenantId: id, revision: 1, settings: { taxRates: { DE: '19' } } } },
    ]);
    expect(await ask(backend(id), '{ tenant { id name } }')).toEqual({ id, name: 'Acme' });
  });

  test('once per idempotency key, with the same key shown again and stored nowhere', async () => {
    const first = await createTenant({ idempotencyKey: 'acme-1' });
    const again = await createTenant({ idempotencyKey: 'acme-1' });
    expect({ ...again, tenant: again.tenant.id }).toEqual({ ...first, tenant: first.tenant.id });
    expect(await createTenant({ idempotencyKey: 'acme-1', name: 'Other' })).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    const stored = await platform.db.control((tx) =>
      tx.query(`SELECT (SELECT jsonb_agg(k) FROM {c}.api_key k)::text || (SELECT jsonb_agg(i) FROM {c}.idempotency i)::text
                AS everything`),
    );
    expect(JSON.stringify(stored)).toContain(first.apiKeyId);
    expect(JSON.stringify(stored)).not.toContain(first.apiKey);
  });

  test('and a key that can no longer be derived is not shown, rather than shown wrong', async () => {
    const { apiKey } = await createTenant({ idempotencyKey: 'acme-rotated' });
    const environment = { ...SECRETS, DATABASE_ADMIN_URL: platform.adminUrl };
    const rotated = await start(platform, { ...environment, API_KEY_SECRET: 'another-secret-0123456789' });
    const input = { ...ACME, idempotencyKey: 'acme-rotated' };
    const { errors } = await call(OPERATOR, CREATE_TENANT, { input }, rotated);
    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    await rotated.stop();
    expect(await ask(GATEWAY, IDENTIFY, { hash: hashOf(apiKey) })).not.toBeNull();
  });

  test('once, when the same command comes several times at the same moment', async () => {
    const all = await Promise.all([1, 2, 3].map(() => createTenant({ idempotencyKey: 'acme-race' })));
    expect(new Set(all.map(({ tenant, apiKey }) => `${tenant.id} ${apiKey}`)).size).toBe(1);
    expect(await published(all[0]!.tenant.id)).toHaveLength(1);
  });

  test.each([
    ['currency', { currency: 'DOGE' }],
    ['timeZone', { timeZone: 'Mars' }],
    ['country', { country: 'XX' }],
    ['testClockAt', { testClockAt: '2024-01-01T00:00:00Z' }],
    ['name', { name: 'a\u0000b' }],
    ['idempotencyKey', { idempotencyKey: 'a\u0000b' }],
  ])('not with a wrong %s', async (field, input) => {
    expect(await createTenant(input)).toMatchObject({ __typename: 'InvalidInput', field: `input.${field}` });
  });

  test('and nobody else does', async () => {
    const tenant = await newBackend();
    for (const identity of [SUPPORT, tenant, portal(tenant.tenant, 'cus_1'), GATEWAY])
      expect(await refusal(identity, CREATE_TENANT, { input: ACME })).toBe('FORBIDDEN');
  });

  test('not where the process may not make schemas: that is unavailable, and nothing is begun', async () => {
    const without = await start(platform, SECRETS);
    const { errors } = await call(
      OPERATOR,
      CREATE_TENANT,
      { input: { ...ACME, idempotencyKey: 'unavailable' } },
      without,
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('UNAVAILABLE');
    await without.stop();
    const rows = await platform.db.control((tx) =>
      tx.query(`SELECT key FROM {c}.idempotency WHERE key = 'unavailable'`),
    );
    expect(rows).toEqual([]);
  });
});

describe('a tenant whose creation was cut off', () => {
  /** Creates a tenant on a process whose database owner went away in the middle. */
  async function cutOff(idempotencyKey: string): Promise<string> {
    const db = new Database({ url: platform.appUrl, adminUrl: 'postgres://nobody@127.0.0.1:1/nowhere' });
    const broken = { ...platform, db, roles: new Set(['api'] as const) };
    const subgraph = await start(broken, { ...SECRETS, DATABASE_ADMIN_URL: 'postgres://elsewhere' });
    const input = { ...ACME, sandbox: true, testClockAt: '2024-01-01T00:00:00Z', idempotencyKey };
    const { errors } = await call(OPERATOR, CREATE_TENANT, { input }, subgraph);
    expect(errors).toHaveLength(1);
    await db.close();
    const [row] = await platform.db.control((tx) =>
      tx.query<{ id: string }>(
        `SELECT answer->>'tenantId' AS id FROM {c}.idempotency WHERE key = $1 AND command = 'createTenant'`,
        [idempotencyKey],
      ),
    );
    return row!.id;
  }

  test('is finished by the worker, with its clock where it was to start', async () => {
    const id = await cutOff('cut-1');
    expect(await refusal(backend(id), '{ customers { nodes { id } } }')).toBe('NOT_FOUND');
    expect(await resumeUnfinished(parts(false), 0)).toBe(0);
    expect(await resumeUnfinished(parts(true), 0)).toBe(1);
    expect(await resumeUnfinished(parts(true), 0)).toBe(0);
    expect(await ask(backend(id), '{ tenant { state now } }')).toEqual({
      state: 'ACTIVE',
      now: '2024-01-01T00:00:00.000Z',
    });
    expect(await published(id)).toMatchObject([{ type: 'tenant.changed', data: { revision: 1 } }]);
  });

  test('is finished by the caller who repeats the call, who gets the key then', async () => {
    const id = await cutOff('cut-2');
    const created = await createTenant({
      sandbox: true,
      testClockAt: '2024-01-01T00:00:00Z',
      idempotencyKey: 'cut-2',
    });
    expect(created.tenant).toMatchObject({ id, state: 'ACTIVE' });
    expect(await ask(GATEWAY, IDENTIFY, { hash: hashOf(created.apiKey) })).toMatchObject({ tenant: id });
  });

  test('is left to its caller for a while', async () => {
    await cutOff('cut-3');
    expect(await resumeUnfinished(parts(true), 3_600)).toBe(0);
    expect(await resumeUnfinished(parts(true), 0)).toBe(1);
  });
});

describe('settings', () => {
  test('change for the caller’s tenant, and everybody is told once', async () => {
    const tenant = await newBackend();
    const input = { currency: 'USD', taxRates: [{ country: 'LT', percent: '21.0' }] };
    for (let time = 0; time < 2; time += 1)
      expect(await ask(tenant, UPDATE_TENANT, { input })).toMatchObject({
        tenant: { name: 'Acme', currency: 'USD', taxRates: [{ country: 'LT', percent: '21' }] },
      });
    expect((await published(tenant.tenant)).map(({ data }) => data['revision'])).toEqual([1, 2]);
  });

  test('that were changed right before a crash are published by the worker', async () => {
    const { tenant } = await newBackend();
    await platform.db.control((tx) =>
      tx.query(
        `UPDATE {c}.tenant SET revision = 4, settings = settings || '{"currency": "GBP"}' WHERE id = $1`,
        [tenant],
      ),
    );
    expect(await resumeUnfinished(parts(false))).toBe(1);
    expect((await published(tenant)).at(-1)).toMatchObject({
      type: 'tenant.changed',
      data: { revision: 4, settings: { currency: 'GBP' } },
    });
  });

  test('that make no sense are refused', async () => {
    expect(await ask(await newBackend(), UPDATE_TENANT, { input: { currency: 'eur' } })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.currency',
    });
  });
});

describe('a test clock', () => {
  test('is a sandbox’s alone', async () => {
    const tenant = await newBackend();
    expect(await ask(tenant, ADVANCE, { to: '2034-01-01T00:00:00Z' })).toEqual({ __typename: 'NotASandbox' });
  });

  test('stands still in a sandbox that named no time', async () => {
    const { tenant } = await createTenant({ sandbox: true });
    expect(await ask(backend(tenant.id), '{ tenant { now } }')).toEqual({ now: tenant['now'] });
  });
});

describe('a customer', () => {
  test('is created with the tenant’s defaults and changed; everybody is told each time', async () => {
    const tenant = await newBackend();
    const ada = await newCustomer(tenant, { email: 'ada@example.com', address: { city: 'Vilnius' } });
    expect(ada).toMatchObject({
      name: 'Ada',
      currency: 'EUR',
      timeZone: 'Europe/Vilnius',
      country: 'LT',
      address: { line1: null, city: 'Vilnius' },
    });
    const input = { id: ada.id, country: 'DE', email: null, address: { line1: 'Two' } };
    expect(await ask(tenant, UPDATE_CUSTOMER, { input })).toMatchObject({
      customer: { id: ada.id, country: 'DE', email: null, address: { line1: 'Two', city: null } },
    });
    expect(
      await ask(tenant, `query($id: ID!) { customer(id: $id) { ${CUSTOMER} } }`, { id: ada.id }),
    ).toEqual({
      ...ada,
      country: 'DE',
      email: null,
      address: { line1: 'Two', city: null },
    });
    const messages = (await published(tenant.tenant)).filter(({ type }) => type === 'customer.changed');
    expect(messages.map(({ data }) => [data['revision'], data['country']])).toEqual([
      [1, 'LT'],
      [2, 'DE'],
    ]);
  });

  test('is created once per idempotency key', async () => {
    const tenant = await newBackend();
    const first = await newCustomer(tenant, { idempotencyKey: 'ada' });
    expect(await newCustomer(tenant, { idempotencyKey: 'ada' })).toEqual(first);
    const input = { name: 'Bob', idempotencyKey: 'ada' };
    expect(await ask(tenant, CREATE_CUSTOMER, { input })).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(await ask(tenant, '{ customers { nodes { id } } }')).toEqual({ nodes: [{ id: first.id }] });
  });

  test('with a currency, country or text that makes no sense is refused, and so is an id of nobody', async () => {
    const tenant = await newBackend();
    for (const [field, value] of Object.entries({
      currency: 'DOGE',
      country: 'XX',
      taxId: 'a\u0000',
      email: '@',
    }))
      expect(await ask(tenant, CREATE_CUSTOMER, { input: { name: 'Ada', [field]: value } })).toMatchObject({
        __typename: 'InvalidInput',
        field: `input.${field}`,
      });
    const stranger = await newCustomer(await newBackend());
    for (const id of ['cus_1', "'; DROP", stranger.id])
      expect(await ask(tenant, UPDATE_CUSTOMER, { input: { id, name: 'Eve' } })).toEqual({
        __typename: 'UnknownCustomer',
        customerId: id,
      });
    for (const id of ['', 'cus_1', stranger.id])
      expect(await ask(tenant, 'query($id: ID!) { customer(id: $id) { id } }', { id })).toBeNull();
  });

  test('that two callers change at once keeps both changes', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    await Promise.all([
      ask(tenant, UPDATE_CUSTOMER, { input: { id, country: 'DE' } }),
      ask(tenant, UPDATE_CUSTOMER, { input: { id, taxId: 'LT123' } }),
    ]);
    expect(await ask(tenant, 'query($id: ID!) { customer(id: $id) { country taxId } }', { id })).toEqual({
      country: 'DE',
      taxId: 'LT123',
    });
  });

  test('is listed page by page', async () => {
    const tenant = await newBackend();
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C']) ids.push((await newCustomer(tenant, { name })).id);
    const PAGE = `query($after: String) { customers(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const first = await ask<{ nodes: { id: string }[]; pageInfo: Answer }>(tenant, PAGE);
    const second = await ask<{ nodes: { id: string }[]; pageInfo: Answer }>(tenant, PAGE, {
      after: first.pageInfo['endCursor'],
    });
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual([...ids].sort());
    expect([first, second].map(({ pageInfo }) => pageInfo['hasNextPage'])).toEqual([true, false]);
    expect(await refusal(tenant, '{ customers(first: 201) { nodes { id } } }')).toBe('BAD_USER_INPUT');
  });

  test('is found for other subgraphs by id, in the order they ask, others’ customers not', async () => {
    const tenant = await newBackend();
    const [ada, bob] = [await newCustomer(tenant), await newCustomer(tenant, { name: 'Bob' })];
    const stranger = await newCustomer(await newBackend());
    const representations = [bob.id, stranger.id, ada.id].map((id) => ({ __typename: 'Customer', id }));
    const entities = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer { name } } }`;
    expect(await ask(tenant, entities, { representations })).toEqual([
      { name: 'Bob' },
      null,
      { name: 'Ada' },
    ]);
    expect(await ask(portal(tenant.tenant, ada.id), entities, { representations })).toEqual([
      null,
      null,
      { name: 'Ada' },
    ]);
  });
});

describe('the rows of customers', () => {
  /** Customers whose row is not what their journal comes to. */
  async function differing(tenant: string): Promise<string[]> {
    const scope = { tenantId: tenant, actor: 'test', correlation: 'test', cause: 'test' };
    return platform.db.tenant(scope, async (tx) => {
      const rows = await customerPage(tx, { limit: 200, after: null });
      const streams = await readStreams<CustomerEvent>(
        tx,
        rows.map(({ id }) => id),
      );
      return rows
        .filter((row) => {
          const history = streams.get(row.id) ?? { version: 0, events: [] };
          const expected = { ...foldEvents(customerDecider, history.events), revision: history.version };
          try {
            expect(row).toEqual(expected);
            return false;
          } catch {
            return true;
          }
        })
        .map(({ id }) => id);
    });
  }

  test('are what the journal comes to when it is replayed, and a row that was tampered with is noticed', async () => {
    const tenant = await newBackend();
    const ada = await newCustomer(tenant, { address: { line1: 'One', postalCode: '1' }, taxId: 'LT1' });
    await newCustomer(tenant, { name: 'Bob' });
    await ask(tenant, UPDATE_CUSTOMER, { input: { id: ada.id, timeZone: 'America/New_York', taxId: null } });
    expect(await differing(tenant.tenant)).toEqual([]);
    const scope = { tenantId: tenant.tenant, actor: 'test', correlation: 'test', cause: 'test' };
    await platform.db.tenant(scope, (tx) =>
      tx.query(`UPDATE {t}.customer SET country = 'FR' WHERE id = $1`, [ada.id]),
    );
    expect(await differing(tenant.tenant)).toEqual([ada.id]);
  });
});

describe('an API key', () => {
  test('works from its creation until it is revoked, and its secret is shown once', async () => {
    const tenant = await newBackend({ sandbox: true });
    const { secret, apiKey } = await ask<{ secret: string; apiKey: { id: string } }>(tenant, CREATE_KEY, {
      input: { name: 'CI' },
    });
    expect(secret).toMatch(/^tg_test_/);
    expect(apiKey).toMatchObject({ name: 'CI', lastFour: secret.slice(-4), revokedAt: null });
    const owner = () => ask(GATEWAY, IDENTIFY, { hash: hashOf(secret) });
    expect(await owner()).toEqual({ tenant: tenant.tenant, keyId: apiKey.id });
    const listed = await call(tenant, '{ apiKeys { id name lastFour createdAt createdBy revokedAt } }');
    expect(listed.data?.['apiKeys']).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toContain(secret);
    for (let time = 0; time < 2; time += 1)
      expect(await ask(tenant, REVOKE_KEY, { input: { id: apiKey.id } })).toMatchObject({
        __typename: 'ApiKeyRevoked',
        apiKey: { id: apiKey.id, revokedAt: expect.any(String) },
      });
    expect(await owner()).toBeNull();
  });

  test('of another tenant is unknown, and still works afterwards', async () => {
    const { apiKey, apiKeyId, tenant } = await createTenant();
    const stranger = await newBackend();
    for (const id of [apiKeyId, 'key_1', ''])
      expect(await ask(stranger, REVOKE_KEY, { input: { id } })).toEqual({
        __typename: 'UnknownApiKey',
        apiKeyId: id,
      });
    expect(await ask(GATEWAY, IDENTIFY, { hash: hashOf(apiKey) })).toMatchObject({ tenant: tenant.id });
  });

  test('is refused where a hundred work already, until one is revoked', async () => {
    const tenant = await newBackend();
    await platform.db.control((tx) =>
      tx.query(
        `INSERT INTO {c}.api_key (id, tenant_id, name, hash, last_four, created_by)
         SELECT 'key_' || lpad(n::text, 26, '0'), $1, 'CI', $1 || n, '0000', 'test' FROM generate_series(1, 98) n`,
        [tenant.tenant],
      ),
    );
    const more = () => ask(tenant, CREATE_KEY, { input: { name: 'CI' } });
    const both = await Promise.all([more(), more()]);
    expect(both.map(({ __typename }) => __typename).sort()).toEqual(['ApiKeyCreated', 'TooManyApiKeys']);
    expect(await more()).toEqual({ __typename: 'TooManyApiKeys' });
    await ask(tenant, REVOKE_KEY, { input: { id: `key_${'1'.padStart(26, '0')}` } });
    expect(await more()).toMatchObject({ __typename: 'ApiKeyCreated' });
  });

  test('is identified for the gateway alone', async () => {
    const { apiKey, tenant } = await createTenant();
    for (const identity of [OPERATOR, backend(tenant.id)])
      expect(await refusal(identity, IDENTIFY, { hash: hashOf(apiKey) })).toBe('FORBIDDEN');
    expect(await ask(GATEWAY, IDENTIFY, { hash: 'nobody’s' })).toBeNull();
  });
});

describe('a portal token', () => {
  test('proves which customer it is for, and until when', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    const issued = await ask<{ token: string; expiresAt: string }>(tenant, ISSUE, {
      input: { customerId: id, lifetimeSeconds: 60 },
    });
    const key = new TextEncoder().encode(SECRETS.PORTAL_TOKEN_SECRET);
    const { payload } = await jwtVerify(issued.token, key, {
      audience: 'tollgate-portal',
      algorithms: ['HS256'],
    });
    expect(payload).toMatchObject({ sub: id, tenant: tenant.tenant, jti: expect.any(String) });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(Date.parse(issued.expiresAt)).toBe((payload.exp ?? 0) * 1_000);
  });

  test('is not issued for too long, nor for a customer of somebody else', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    expect(await ask(tenant, ISSUE, { input: { customerId: id, lifetimeSeconds: 86_401 } })).toMatchObject({
      field: 'input.lifetimeSeconds',
    });
    for (const input of [{ customerId: id }, { customerId: 'cus_1' }])
      expect(await ask(await newBackend(), ISSUE, { input })).toMatchObject({
        __typename: 'UnknownCustomer',
      });
  });

  test('reads its own customer and changes nothing', async () => {
    const tenant = await newBackend();
    const [ada, bob] = [await newCustomer(tenant), await newCustomer(tenant, { name: 'Bob' })];
    const browser = portal(tenant.tenant, ada.id);
    expect(await ask(browser, '{ customers { nodes { name } } }')).toEqual({ nodes: [{ name: 'Ada' }] });
    const READ = 'query($id: ID!) { customer(id: $id) { name } }';
    expect(await ask(browser, READ, { id: ada.id })).toEqual({ name: 'Ada' });
    expect(await ask(browser, READ, { id: bob.id })).toBeNull();
    const forbidden: [string, Answer][] = [
      ['{ apiKeys { id } }', {}],
      [AUDIT, {}],
      ['{ tenants { nodes { id } } }', {}],
      [UPDATE_CUSTOMER, { input: { id: ada.id, name: 'Eve' } }],
      [CREATE_CUSTOMER, { input: { name: 'Eve' } }],
      [CREATE_KEY, { input: { name: 'Eve' } }],
      [ISSUE, { input: { customerId: ada.id } }],
      [UPDATE_TENANT, { input: { name: 'Eve' } }],
      [ADVANCE, { to: '2034-01-01T00:00:00Z' }],
    ];
    for (const [query, variables] of forbidden)
      expect(await refusal(browser, query, variables)).toBe('FORBIDDEN');
  });
});

describe('staff', () => {
  test('read across tenants, page by page', async () => {
    const { tenant } = await newBackend({ name: 'Zeta' });
    const PAGE = `query($after: String) { tenants(first: 5, after: $after) { nodes { id name now } pageInfo { hasNextPage endCursor } } }`;
    const names = new Map<string, string>();
    let after: unknown = null;
    for (let page = 0; page < 50; page += 1) {
      const list = await ask<{ nodes: { id: string; name: string }[]; pageInfo: Answer }>(SUPPORT, PAGE, {
        after,
      });
      for (const node of list.nodes) names.set(node.id, node.name);
      after = list.pageInfo['endCursor'];
      if (list.pageInfo['hasNextPage'] !== true) break;
    }
    expect(names.get(tenant)).toBe('Zeta');
    expect(await refusal(backend(tenant), '{ tenants { nodes { id } } }')).toBe('FORBIDDEN');
  });

  test('choose a tenant to look into, and say why before they change anything; the trail says it too', async () => {
    const { tenant } = await newBackend();
    const looking: Identity = { ...SUPPORT, kind: 'staff', tenant };
    expect(await ask(SUPPORT, '{ tenant { id } }')).toBeNull();
    expect(await ask(looking, '{ tenant { id } }')).toEqual({ id: tenant });
    expect(await refusal(looking, CREATE_CUSTOMER, { input: { name: 'Ada' } })).toBe('FORBIDDEN');
    const acting: Identity = { ...looking, reason: 'ticket 7' };
    const { id } = await newCustomer(acting);
    await ask(acting, UPDATE_TENANT, { input: { name: 'Acme & Co' } });
    const trail = await ask<{ nodes: Answer[] }>(backend(tenant), AUDIT);
    const by = { kind: 'STAFF', actor: SUPPORT.actor, reason: 'ticket 7' };
    expect(trail.nodes.slice(0, 2)).toEqual([
      { ...by, command: 'updateTenantSettings', subject: tenant, outcome: 'TenantSettingsUpdated' },
      { ...by, command: 'createCustomer', subject: id, outcome: 'CustomerCreated' },
    ]);
    expect(trail.nodes.at(-1)).toMatchObject({ kind: 'STAFF', command: 'createTenant', subject: tenant });
    const noted = await platform.db.control((tx) =>
      tx.query('SELECT actor, command, reason FROM {c}.staff_audit WHERE subject = $1 ORDER BY id', [tenant]),
    );
    expect(noted).toEqual([
      { actor: OPERATOR.actor, command: 'createTenant', reason: null },
      { actor: SUPPORT.actor, command: 'updateTenantSettings', reason: 'ticket 7' },
    ]);
  });

  test('and tenants read the trail page by page, the newest first', async () => {
    const tenant = await newBackend();
    for (const name of ['A', 'B']) await newCustomer(tenant, { name });
    const PAGE = `query($after: String) { auditTrail(first: 2, after: $after) { nodes { command } pageInfo { hasNextPage endCursor } } }`;
    const first = await ask<{ nodes: Answer[]; pageInfo: Answer }>(tenant, PAGE);
    const second = await ask<{ nodes: Answer[]; pageInfo: Answer }>(tenant, PAGE, {
      after: first.pageInfo['endCursor'],
    });
    expect([first, second].map(({ nodes }) => nodes.map(({ command }) => command))).toEqual([
      ['createCustomer', 'createCustomer'],
      ['createTenant'],
    ]);
    const foreign = Buffer.from('cus_00000000000000000000000000').toString('base64url');
    expect(await refusal(tenant, PAGE, { after: foreign })).toBe('BAD_USER_INPUT');
  });
});

test('a tenant that does not exist is not found, and no tenant is chosen for anybody', async () => {
  expect(await refusal(backend('ten_00000000000000000000000000'), '{ customers { nodes { id } } }')).toBe(
    'NOT_FOUND',
  );
  expect(await refusal(SUPPORT, '{ customers { nodes { id } } }')).toBe('FORBIDDEN');
});
