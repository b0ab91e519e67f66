import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '@tollgate/runtime/base/errors';
import { newId } from '@tollgate/runtime/base/new-id';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';

// What follows is what a bug of ours, or a stranger with the services' login, could try. Nothing of the application
// stands in between: plain SQL on a plain connection. Every refusal has a twin that is allowed, so that no test passes
// because its query was wrong.

const DENIED = '42501';

let platform: TestPlatform;
let own: TestTenant;
let other: TestTenant;
let pool: pg.Pool;

beforeAll(async () => {
  platform = await createTestPlatform();
  own = await createTestTenant(platform, { nowAt: '2024-01-01T00:00:00.000Z' });
  other = await createTestTenant(platform, { nowAt: '2024-01-01T00:00:00.000Z' });
  pool = new pg.Pool({ connectionString: platform.appUrl, max: 2 });
  pool.on('error', () => undefined);
  for (const tenant of [own, other]) {
    await as(tenant, (t) => [insertEvent(t, tenant), `SELECT 1`]);
  }
});
afterAll(async () => {
  await pool.end();
  await platform.destroy();
});

/** Runs statements as a tenant's role, without any filter; rows of the last one, or the SQLSTATE it failed with. */
async function as(
  tenant: TestTenant | null,
  statements: (schema: string) => readonly string[],
): Promise<unknown[] | string> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    if (tenant !== null) await client.query(`SET LOCAL ROLE "${tenant.schema}"`);
    let rows: unknown[] = [];
    for (const sql of statements(tenant?.schema ?? '')) rows = (await client.query(sql)).rows;
    await client.query('COMMIT');
    return rows;
  } catch (error) {
    await client.query('ROLLBACK');
    return codeOf(error);
  } finally {
    client.release();
  }
}

const insertEvent = (schema: string, tenant: TestTenant): string =>
  `INSERT INTO "${schema}".event (stream, version, type, data, occurred_at, actor, cause, correlation)
   VALUES ('${tenant.id}', 1, 'TenantCreated', '{}', now(), 'test', 'test', 'test')`;

const insertOutbox = (tenant: TestTenant): string =>
  `INSERT INTO shard.outbox (tenant_id, topic, key, message_id, envelope)
   VALUES ('${tenant.id}', 'test', 'k', '${newId('evt')}', '{}')`;

const insertTimer = (tenant: TestTenant): string =>
  `INSERT INTO shard.timer (tenant_id, owner, kind, key, due_at)
   VALUES ('${tenant.id}', 'test', 'ring', '${newId('evt')}', now())`;

describe('with the application’s filter gone, Postgres refuses', () => {
  test.each(['event', 'customer', 'audit', 'idempotency'])(
    'a tenant the %s table of another',
    async (table) => {
      const select = (schema: string): string[] => [
        `SELECT count(*)::int AS count FROM "${schema}".${table}`,
      ];
      expect(await as(own, () => select(other.schema))).toBe(DENIED);
      expect(await as(own, () => select(own.schema))).toEqual([{ count: table === 'event' ? 1 : 0 }]);
    },
  );

  test('a tenant every write to another’s schema', async () => {
    const insert = (schema: string): string =>
      `INSERT INTO "${schema}".customer (id, revision, name, country, time_zone, currency, created_on, created_at)
       VALUES ('${newId('cus')}', 1, 'Eve', 'US', 'UTC', 'USD', now(), now())`;
    expect(await as(own, () => [insert(other.schema)])).toBe(DENIED);
    expect(await as(own, () => [`DELETE FROM "${other.schema}".customer`])).toBe(DENIED);
    expect(await as(own, () => [insert(own.schema)])).toEqual([]);
    expect(await as(own, () => [`DELETE FROM "${own.schema}".customer`])).toEqual([]);
  });

  test('a tenant to become another', async () => {
    // Within one transaction the session's login may change roles; the role itself is a member of nothing but its group.
    const client = await pool.connect();
    try {
      const { rows } = await client.query(
        `SELECT pg_has_role('${own.schema}', '${other.schema}', 'MEMBER') AS other,
                pg_has_role('${own.schema}', 'tollgate_app', 'MEMBER') AS service,
                pg_has_role('${own.schema}', 'tollgate_tenant', 'MEMBER') AS control`,
      );
      expect(rows).toEqual([{ other: false, service: false, control: true }]);
    } finally {
      client.release();
    }
  });

  test.each([
    ['messages', insertOutbox],
    ['timers', insertTimer],
  ])('a tenant to write %s in another’s name', async (_what, insert) => {
    expect(await as(own, () => [insert(other)])).toBe(DENIED);
    expect(await as(own, () => [insert(own)])).toEqual([]);
  });

  test.each(['outbox', 'timer', 'inbox', 'consumer_offset', 'dead_letter', 'webhook'])(
    'a tenant to read the shard’s %s',
    async (table) => {
      const select = `SELECT count(*) FROM shard.${table}`;
      expect(await as(own, () => [select])).toBe(DENIED);
      expect(await as(null, () => [select])).toHaveLength(1);
    },
  );

  test('a tenant the test clock of another: it sees one row, its own, and moves none', async () => {
    const read = 'SELECT tenant_id FROM shard.tenant_clock';
    expect(await as(own, () => [read])).toEqual([{ tenant_id: own.id }]);
    expect(await as(own, () => [`UPDATE shard.tenant_clock SET now_at = now()`])).toBe(DENIED);
    expect(await as(null, () => [`${read} ORDER BY 1`])).toHaveLength(2);
  });

  test('a tenant the platform’s own tables', async () => {
    const select = 'SELECT count(*) FROM control.api_key';
    expect(await as(own, () => [select])).toBe(DENIED);
    expect(await as(null, () => [select])).toHaveLength(1);
  });

  test('the services’ login every tenant table until it takes the tenant’s role', async () => {
    for (const table of ['event', 'customer', 'audit', 'idempotency']) {
      const select = `SELECT count(*) FROM "${own.schema}".${table}`;
      expect(await as(null, () => [select])).toBe(DENIED);
      expect(await as(own, () => [select])).toHaveLength(1);
    }
  });

  test('everybody to rewrite what happened', async () => {
    for (const table of ['event', 'audit']) {
      const inOwn = `"${own.schema}".${table}`;
      expect(await as(own, () => [`UPDATE ${inOwn} SET actor = 'nobody'`])).toBe(DENIED);
      expect(await as(own, () => [`DELETE FROM ${inOwn}`])).toBe(DENIED);
      expect(await as(own, () => [`TRUNCATE ${inOwn}`])).toBe(DENIED);
    }
    expect(await as(own, (schema) => [insertEvent(schema, other)])).toEqual([]);
  });

  test('a tenant to change its tables, and the services to make any', async () => {
    expect(await as(own, (schema) => [`ALTER TABLE "${schema}".event ADD COLUMN x int`])).toBe(DENIED);
    expect(await as(own, (schema) => [`CREATE TABLE "${schema}".x (id int)`])).toBe(DENIED);
    expect(await as(null, () => [`CREATE TABLE control.x (id int)`])).toBe(DENIED);
    expect(await as(null, () => [`CREATE SCHEMA x`])).toBe(DENIED);
  });
});

test('a query that forgets whose it is fails, whichever way it was made', async () => {
  const forgetful = platform.db.tenant(own.scope, (tx) =>
    tx.query(`SELECT id FROM "${other.schema}".customer`),
  );
  await expect(forgetful).rejects.toMatchObject({ code: DENIED });
  expect(await platform.db.tenant(own.scope, (tx) => tx.query('SELECT id FROM {t}.customer'))).toEqual([]);
  expect(await platform.db.tenant(own.scope, (tx) => tx.prisma.customer.count())).toBe(0);
});
