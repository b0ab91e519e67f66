import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pruneRecords } from '../src/service/records.js';

const KEEP = { idempotencyDays: 30, webhookDays: 60, staffAuditDays: 100 };

let platform: TestPlatform;
let tenants: TestTenant[];
beforeAll(async () => {
  platform = await createTestPlatform();
  tenants = [await createTestTenant(platform), await createTestTenant(platform)];
});
afterAll(() => platform.destroy());

/** One record of each of these ages, in days. */
const AGES = [1, 29, 31, 59, 61, 99, 101];
const ages = (text: string): Promise<number[]> =>
  platform.db
    .admin((tx) =>
      tx.query<{ age: number }>(
        `SELECT extract(day FROM now() - at)::int AS age FROM (${text}) r ORDER BY 1`,
      ),
    )
    .then((rows) => rows.map(({ age }) => age));

test('what is older than its setting is forgotten, once a day, and nothing besides', async () => {
  await platform.db.admin(async (tx) => {
    const each = `FROM unnest($1::int[]) AS n`;
    const old = `now() - make_interval(days => n) - interval '1 hour'`;
    for (const { schema } of tenants)
      await tx.query(
        `INSERT INTO "${schema}".idempotency (command, key, body_hash, answer, recorded_at) SELECT 'c', n::text, '', '{}', ${old} ${each}`,
        [AGES],
      );
    await tx.query(
      `INSERT INTO control.idempotency (command, key, body_hash, answer, recorded_at) SELECT 'c', n::text, '', '{}', ${old} ${each}`,
      [AGES],
    );
    await tx.query(
      `INSERT INTO shard.webhook (provider, event_id, payload, processed_at) SELECT 'stripe', n::text, '{}', ${old} ${each}`,
      [AGES],
    );
    await tx.query(
      `INSERT INTO shard.webhook (provider, event_id, payload, received_at) VALUES ('stripe', 'open', '{}', now() - interval '1 year')`,
    );
    await tx.query(
      `INSERT INTO control.staff_audit (actor, command, subject, outcome, correlation, at) SELECT 'a', 'c', 's', 'o', 'x', ${old} ${each}`,
      [AGES],
    );
  });
  expect(await pruneRecords(platform.db.workers, 'main', KEEP)).toEqual({
    keys: 15,
    webhooks: 3,
    staffLines: 1,
  });
  for (const { schema } of tenants)
    expect(await ages(`SELECT recorded_at AS at FROM "${schema}".idempotency`)).toEqual([1, 29]);
  expect(await ages('SELECT recorded_at AS at FROM control.idempotency')).toEqual([1, 29]);
  expect(await ages('SELECT processed_at AS at FROM shard.webhook WHERE processed_at IS NOT NULL')).toEqual([
    1, 29, 31, 59,
  ]);
  expect(await platform.db.read('main', `SELECT 1 FROM {s}.webhook WHERE processed_at IS NULL`)).toHaveLength(
    1,
  );
  expect(await ages('SELECT at FROM control.staff_audit')).toEqual(AGES.slice(0, -1));
  expect(await pruneRecords(platform.db.workers, 'main', KEEP)).toBeNull();
});

test('the services cannot clear the trail of staff, neither by themselves nor by upkeep', async () => {
  await expect(platform.db.read('main', 'DELETE FROM {c}.staff_audit')).rejects.toThrow(/permission denied/);
  await expect(platform.db.read('main', 'SELECT {c}.prune_staff_audit(0, 10)')).rejects.toThrow(/90 days/);
});
