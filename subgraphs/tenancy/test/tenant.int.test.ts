import { describe, expect, test } from 'vitest';
import { Database } from '@tollgate/runtime/database/db';
import { resumeUnfinished } from '../src/tenant/handlers/provision.js';
import {
  ACME,
  ADVANCE,
  CREATE_TENANT,
  GATEWAY,
  IDENTIFY,
  OPERATOR,
  SECRETS,
  SUPPORT,
  UPDATE_TENANT,
  ask,
  backend,
  call,
  createTenant,
  hashOf,
  newBackend,
  parts,
  platform,
  portal,
  published,
  refusal,
  start,
  useTenancy,
} from './harness.js';

useTenancy();

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
    const rotated = await start(platform, {
      ...environment,
      API_KEY_SECRET: 'another-secret-0123456789-0123456789',
    });
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

  test.each([{ currency: 'DOGE' }, { timeZone: 'Mars' }, { country: 'lt' }])('not with %o', async (wrong) => {
    expect(await refusal(OPERATOR, CREATE_TENANT, { input: { ...ACME, ...wrong } })).toBe('BAD_USER_INPUT');
  });

  test.each([
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
    const tenant = await newBackend();
    expect(await refusal(tenant, UPDATE_TENANT, { input: { currency: 'eur' } })).toBe('BAD_USER_INPUT');
    expect(await ask(tenant, UPDATE_TENANT, { input: { invoiceGraceSeconds: -1 } })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.invoiceGraceSeconds',
    });
  });

  test('that were changed under a key are not changed back by whoever sends it again', async () => {
    const tenant = await newBackend();
    const change = (name: string, idempotencyKey: string) =>
      ask(tenant, UPDATE_TENANT, { input: { name, idempotencyKey } });
    await change('One', 'first');
    await change('Two', 'second');
    expect(await change('One', 'first')).toMatchObject({ tenant: { name: 'Two' } });
    expect(await change('Three', 'first')).toEqual({ __typename: 'IdempotencyConflict' });
  });
});

test('a tenant that does not exist is not found, and no tenant is chosen for anybody', async () => {
  expect(await refusal(backend('ten_00000000000000000000000000'), '{ customers { nodes { id } } }')).toBe(
    'NOT_FOUND',
  );
  expect(await refusal(SUPPORT, '{ customers { nodes { id } } }')).toBe('FORBIDDEN');
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
