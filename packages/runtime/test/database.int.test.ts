import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database, UnknownTenant } from '../src/database/db.js';
import { isConnectionLoss, isRetryable, Retryable, VersionConflict } from '../src/base/errors.js';
import { earlierAnswer, keepAnswer } from '../src/command/idempotency.js';
import { append, readStream } from '../src/journal/journal.js';
import { newId } from '../src/base/new-id.js';

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(async () => {
  await platform.destroy();
});

const pidOf = async (tx: { query(text: string): Promise<Record<string, unknown>[]> }): Promise<number> =>
  Number((await tx.query('SELECT pg_backend_pid() AS pid'))[0]?.['pid']);
const terminate = (pid: number): Promise<unknown> =>
  platform.db.admin((tx) => tx.query('SELECT pg_terminate_backend($1)', [pid]));
const now = '2024-05-01T00:00:00.000Z' as never;

test('a connection that is cut in the middle of a transaction is transient, and the pool goes on', async () => {
  const failure = await platform.db
    .tenant(tenant.scope, async (tx) => {
      await terminate(await pidOf(tx));
      await tx.query('SELECT 1');
    })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Retryable);
  expect(isRetryable(failure)).toBe(true);
  expect(await platform.db.healthy()).toBe(true);
});

test('a connection that is cut while the work does something else does not end the process', async () => {
  const failure = await platform.db
    .shard('main', async (tx) => {
      await terminate(await pidOf(tx));
      await platform.db.admin((other) => other.query('SELECT pg_sleep(0.1)'));
    })
    .catch((error: unknown) => error);
  expect(isConnectionLoss(failure)).toBe(true);
});

test('more transactions than connections at once all end, for none waits for a second connection', async () => {
  const small = new Database({ url: platform.appUrl, poolMax: 2 });
  const work = Array.from({ length: 20 }, () =>
    small.tenant(tenant.scope, (tx) => tx.query('SELECT pg_sleep(0.01)')),
  );
  await Promise.all(work);
  await small.close();
});

test('a reader is the tenant: other schemas are refused, so is writing, and its connections stay clean', async () => {
  const small = new Database({ url: platform.appUrl, poolMax: 1 });
  const reader = small.reader(tenant.scope);
  const { schema } = (await small.locate(tenant.id)) ?? { schema: '' };
  const other = await createTestTenant(platform);
  const foreign = (await small.locate(other.id))?.schema ?? '';
  expect(await reader.query('SELECT current_user AS who, $1::int AS given', [7])).toEqual([
    { who: schema, given: 7 },
  ]);
  await expect(reader.query(`SELECT count(*) FROM "${foreign}".event`)).rejects.toMatchObject({
    code: '42501',
  });
  await expect(
    reader.query(
      'INSERT INTO {s}.outbox (tenant_id, topic, key, message_id, envelope) SELECT $1, $1, $1, $1, $1',
      [tenant.id],
    ),
  ).rejects.toMatchObject({ code: '25006' });
  expect(await small.read('main', 'SELECT current_user <> $1 AS back', [schema])).toEqual([{ back: true }]);
  await small.close();
});

test('a reader whose role cannot be taken reads nothing as the service', async () => {
  const gone = await createTestTenant(platform);
  const { schema } = (await platform.db.locate(gone.id)) ?? { schema: '' };
  await platform.db.admin((tx) => tx.query(`ALTER ROLE "${schema}" RENAME TO "${schema}_gone"`));
  await expect(platform.db.reader(gone.scope).query('SELECT 1 AS one')).rejects.toThrow(schema);
  await platform.db.admin((tx) => tx.query(`ALTER ROLE "${schema}_gone" RENAME TO "${schema}"`));
});

test('instants are read as they were written, to the millisecond', async () => {
  const texts = ['2024-02-29 23:59:59+00', '2024-02-29 23:59:59.1+00', '1969-12-31 00:00:00.123999+00'];
  const rows = await platform.db.read('main', 'SELECT t::timestamptz AS at FROM unnest($1::text[]) AS t', [
    texts,
  ]);
  expect(rows.map((row) => row['at'])).toEqual([
    '2024-02-29T23:59:59.000Z',
    '2024-02-29T23:59:59.100Z',
    '1969-12-31T00:00:00.123Z',
  ]);
});

test('an error that was swallowed inside a transaction does not pass for a commit', async () => {
  const swallowed = platform.db.shard('main', (tx) => tx.query('SELECT 1/0').catch(() => 'fine'));
  await expect(swallowed).rejects.toThrow('division by zero');
});

test('a conflict of two writers is tried again, and a bug is not', async () => {
  const stream = newId('inv');
  let tries = 0;
  await platform.db.tenant(tenant.scope, async (tx) => {
    tries += 1;
    const { version } = await readStream(tx, stream);
    const expectedVersion = tries === 1 ? version + 1 : version;
    if (tries === 1) throw new VersionConflict('somebody was first');
    await append(tx, [{ stream, expectedVersion, events: [{ type: 'Made' }], occurredAt: now }]);
  });
  expect(tries).toBe(2);
  let bugs = 0;
  await expect(
    platform.db.tenant(tenant.scope, async () => {
      bugs += 1;
      throw new Error('a bug');
    }),
  ).rejects.toThrow('a bug');
  expect(bugs).toBe(1);
});

test('two writers at one version: one wins, the other hears of it', async () => {
  const stream = newId('inv');
  const write = () =>
    platform.db.shard('main', async (raw) => {
      const placement = await platform.db.locate(tenant.id);
      if (placement === null) throw new Error('no tenant');
      return platform.db.asTenant(raw, { placement, scope: tenant.scope }, (tx) =>
        append(tx, [{ stream, expectedVersion: 0, events: [{ type: 'Made' }], occurredAt: now }]),
      );
    });
  const results = await Promise.allSettled([write(), write()]);
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect(results.find((one) => one.status === 'rejected')).toMatchObject({
    reason: expect.any(VersionConflict),
  });
});

test('twenty-five writers of one stream at the same time all get through', async () => {
  const stream = newId('pln');
  const write = (): Promise<void> =>
    platform.db.tenant(tenant.scope, async (tx) => {
      const { version: expectedVersion } = await readStream(tx, stream);
      await append(tx, [{ stream, expectedVersion, events: [{ type: 'Changed' }], occurredAt: now }]);
    });
  await Promise.all(Array.from({ length: 25 }, write));
  const history = await platform.db.tenant(tenant.scope, (tx) => readStream(tx, stream));
  expect(history.version).toBe(25);
});

test('a tenant that is not active is refused, and found at once when it opens', async () => {
  const other = await createTestTenant(platform);
  const setState = (state: string) =>
    platform.db.control((tx) =>
      tx.query('UPDATE {c}.tenant SET state = $2 WHERE id = $1', [other.id, state]),
    );
  await setState('provisioning');
  // It has not seen the tenant active, as the database that made the tenant has.
  const fresh = new Database({ url: platform.appUrl, poolMax: 1 });
  await expect(fresh.tenant(other.scope, async () => 1)).rejects.toThrow(UnknownTenant);
  await setState('active');
  expect(await fresh.tenant(other.scope, async () => 1)).toBe(1);
  await expect(fresh.tenant({ ...other.scope, tenantId: newId('ten') }, async () => 1)).rejects.toThrow(
    UnknownTenant,
  );
  await fresh.close();
});

/** What a transaction with this key and body answers: the earlier answer, or the one that it keeps now. */
const answerOnce = (key: string, body: unknown, answer: object) =>
  platform.db.tenant(tenant.scope, async (tx) => {
    const keyed = { name: 'test', key, body };
    const earlier = await earlierAnswer<object>(tx, keyed);
    if (earlier !== null) return earlier;
    keepAnswer(tx, keyed, answer);
    return { kind: 'first', answer };
  });

test('the same idempotency key at the same time is answered once, and both get that answer', async () => {
  const key = newId('evt');
  const answers = await Promise.all([
    answerOnce(key, { a: 1, b: 2n }, { amount: 12n, run: 1 }),
    answerOnce(key, { b: 2n, a: 1 }, { amount: 12n, run: 2 }),
  ]);
  expect(answers.map(({ kind }) => kind).sort()).toEqual(['answered', 'first']);
  const [one, other] = answers.map((outcome) => ('answer' in outcome ? outcome.answer : null));
  expect(one).toEqual(other);
});

test('the same idempotency key with another body is a conflict', async () => {
  const key = newId('evt');
  expect(await answerOnce(key, { a: 1 }, {})).toMatchObject({ kind: 'first' });
  expect(await answerOnce(key, { a: 2 }, {})).toEqual({ kind: 'conflict' });
});
