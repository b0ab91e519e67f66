import { migratePlatform, type Owner } from '@tollgate/prisma/migrate';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SERVICE = { login: 'tollgate_app', password: 'test-app-password' };
const INDEXED = '0003_index_outbox_key';

let platform: TestPlatform;
let tenant: TestTenant;
beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(() => platform.destroy());

const owner = (): Owner => ({
  run: (work) => platform.db.admin(work),
  alone: (text, params) => platform.db.single('admin').query(text, params),
});
/** As before the release that brought the index. */
const undo = (): Promise<unknown> =>
  platform.db.admin(async (tx) => {
    await tx.query('DROP INDEX IF EXISTS shard.outbox_key');
    await tx.query('DELETE FROM shard.schema_migration WHERE name = $1', [INDEXED]);
  });
const write = (bytes = 1): Promise<unknown> =>
  platform.db.single('main').query(
    `INSERT INTO {s}.outbox (tenant_id, topic, key, message_id, envelope)
     VALUES ($1, 't', 'k', 'm', (SELECT string_agg(md5(n::text), '') FROM generate_series(1, $2::int / 32 + 1) n))`,
    [tenant.id, bytes],
  );
const indexes = (): Promise<{ name: string }[]> =>
  platform.db.admin((tx) =>
    tx.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = to_regclass('shard.outbox_key') AND c.relname LIKE '%\\_outbox\\_key'`,
    ),
  );

test('a large index of the shared outbox is made while others write, also where an earlier run was killed in it', async () => {
  await undo();
  for (let count = 0; count < 4; count += 1) await write(1024 * 1024);
  const today = `outbox_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
  // What a build that was killed leaves behind.
  await platform.db.single('admin').query(`CREATE INDEX ${today}_outbox_key ON shard.${today} (key)`);
  await platform.db.admin((tx) =>
    tx.query(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shard.${today}_outbox_key'::regclass`,
    ),
  );
  await migratePlatform(owner(), SERVICE);
  expect(await indexes()).toEqual([{ name: `${today}_outbox_key` }]);
  const [row] = await platform.db.admin((tx) =>
    tx.query<{ valid: boolean }>(
      `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'shard.outbox_key'::regclass`,
    ),
  );
  expect(row).toEqual({ valid: true });
});

test('a migration that waits for a table holds nobody up who comes behind it', async () => {
  await undo();
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  let written: () => void = () => undefined;
  const wrote = new Promise<void>((resolve) => (written = resolve));
  const long = platform.db.shard('main', async (tx) => {
    await tx.query(
      `INSERT INTO {s}.outbox (tenant_id, topic, key, message_id, envelope) VALUES ('x', 't', 'k', 'm', '{}')`,
    );
    written();
    await gate;
  });
  await wrote;
  let done = false;
  // Without concurrent builds it needs the lock that the long transaction holds up.
  const migrated = migratePlatform({ run: owner().run }, SERVICE).then(() => (done = true));
  let slowestMs = 0;
  for (const endMs = performance.now() + 4_000; performance.now() < endMs;) {
    const startedAt = performance.now();
    await write();
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(done).toBe(false);
  expect(slowestMs).toBeLessThan(2_000);
  release();
  await Promise.all([long, migrated]);
}, 30_000);
