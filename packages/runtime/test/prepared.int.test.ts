import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { codeOf } from '../src/base/errors.js';
import { Database } from '../src/database/db.js';

let platform: TestPlatform;
let tenant: TestTenant;
/** Of one connection, so that every statement meets what the ones before it prepared. */
let db: Database;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
  await platform.db.admin((tx) =>
    tx.query(`CREATE TABLE shard.thing (id int PRIMARY KEY, name text, at timestamptz);
      GRANT ALL ON shard.thing TO PUBLIC`),
  );
});
beforeEach(async () => {
  db = new Database({ url: platform.appUrl, poolMax: 1 });
  await platform.db.admin((tx) => tx.query('DELETE FROM shard.thing'));
  return () => db.close();
});
afterAll(async () => {
  await platform.destroy();
});

const INSERT = 'INSERT INTO {s}.thing (id, name) VALUES ($1, $2)';
const PREPARED = `SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%' ORDER BY 1`;

const prepared = async (): Promise<unknown[]> =>
  (await db.read<{ statement: string }>('main', PREPARED)).map((row) => row.statement);

test('a text that comes again is prepared, and answers as before', async () => {
  const ask = (value: string) => db.read('main', 'SELECT $1::text AS value, now() AS at', [value]);
  expect(await ask('a')).toMatchObject([{ value: 'a' }]);
  expect(await prepared()).toEqual([]);
  expect(await ask('b')).toMatchObject([{ value: 'b' }]);
  expect(await prepared()).toEqual(['SELECT $1::text AS value, now() AS at']);
  const [row] = await ask('c');
  expect(row).toMatchObject({ value: 'c' });
  expect(row?.['at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('one text several times in one write is answered each time by its own values', async () => {
  const rows = await db.shard('main', (tx) =>
    Promise.all([1, 2, 3, 4].map((value) => tx.query('SELECT $1::int AS value', [value]))),
  );
  expect(rows.flat()).toEqual([1, 2, 3, 4].map((value) => ({ value })));
});

test('a statement that fails keeps what was done before it in its transaction out, and the next works', async () => {
  const write = (ids: readonly number[]) =>
    db.shard('main', async (tx) => {
      for (const id of ids) tx.post(INSERT, [id, `thing ${id}`]);
    });
  await write([1]);
  await write([2]);
  expect(codeOf(await write([3, 2, 4]).catch((error: unknown) => error))).toBe('23505');
  await write([3, 4]);
  await write([5]);
  expect(await db.read('main', 'SELECT id, name FROM {s}.thing ORDER BY id')).toEqual(
    [1, 2, 3, 4, 5].map((id) => ({ id, name: `thing ${id}` })),
  );
});

test('a text that cannot be prepared fails each time, and harms no other', async () => {
  for (let time = 0; time < 3; time += 1) {
    await expect(db.read('main', 'SELECT nothing FROM {s}.nowhere')).rejects.toThrow(/nowhere/);
    expect(await db.read('main', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }
});

test('a table that changes under a prepared statement is read as it is now, in and out of transactions', async () => {
  const SELECT = 'SELECT * FROM {s}.thing';
  const inTransaction = () => db.tenant(tenant.scope, (tx) => tx.query('SELECT * FROM {s}.thing'));
  await platform.db.admin((tx) => tx.query('GRANT USAGE ON SCHEMA shard TO PUBLIC'));
  await db.shard('main', async (tx) => tx.post(INSERT, [1, 'first']));
  for (let time = 0; time < 3; time += 1) {
    expect(await db.read('main', SELECT)).toEqual([{ id: 1, name: 'first', at: null }]);
    expect(await inTransaction()).toEqual([{ id: 1, name: 'first', at: null }]);
  }
  await platform.db.admin((tx) => tx.query(`ALTER TABLE shard.thing ADD COLUMN note text DEFAULT 'new'`));
  expect(await db.read('main', SELECT)).toEqual([{ id: 1, name: 'first', at: null, note: 'new' }]);
  await platform.db.admin((tx) => tx.query('ALTER TABLE shard.thing DROP COLUMN note'));
  expect(await inTransaction()).toEqual([{ id: 1, name: 'first', at: null }]);
});

test('a connection keeps a bounded number of texts', async () => {
  for (let round = 0; round < 2; round += 1)
    for (let text = 0; text < 200; text += 1) await db.read('main', `SELECT ${text} AS value`);
  expect((await prepared()).length).toBe(200);
  for (let round = 0; round < 2; round += 1)
    for (let text = 200; text < 400; text += 1) await db.read('main', `SELECT ${text} AS value`);
  expect((await prepared()).length).toBeLessThanOrEqual(256);
  expect(await db.read('main', 'SELECT 399 AS value')).toEqual([{ value: 399 }]);
});

test('a row that cannot be read fails its statement, and the connection goes on', async () => {
  await expect(db.read('main', `SELECT 'infinity'::timestamptz AS at`)).rejects.toThrow();
  expect(await db.read('main', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a plan that is made while a table is tiny serves it when it has grown', async () => {
  const plan = () =>
    db.read<{ 'QUERY PLAN': string }>('main', 'EXPLAIN SELECT name FROM {s}.thing WHERE id = 1');
  await db.shard('main', async (tx) => tx.post(INSERT, [1, 'first']));
  await platform.db.single('admin').query('VACUUM ANALYZE shard.thing');
  expect((await plan())[0]?.['QUERY PLAN']).toMatch(/^Index Scan/);
});
