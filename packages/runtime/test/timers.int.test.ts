import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VersionConflict } from '../src/base/errors.js';
import { newId } from '../src/base/new-id.js';
import { schedule, type TimerHandlers } from '../src/timers/timers.js';
import { TimerWorker } from '../src/timers/worker.js';

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(async () => {
  await platform.destroy();
});

const PAST = '2024-01-01T00:00:00.000Z' as never;
const setting = async (
  of: TestTenant,
  owner: string,
  keys: readonly string[],
  kind = 'ring',
): Promise<void> => {
  await platform.db.tenant(of.scope, (tx) =>
    schedule(
      tx,
      keys.map((key) => ({ owner, kind, key, dueAt: PAST })),
    ),
  );
};
const workerOf = (owner: string, handlers: TimerHandlers) => new TimerWorker(platform, owner, handlers);
const fresh = (): string => `owner-${newId('evt').slice(-12)}`;

test('one timer that fails does not hold back the others of its batch', async () => {
  const owner = fresh();
  const fired: string[] = [];
  await setting(tenant, owner, ['a', 'bad', 'c']);
  const worker = workerOf(owner, {
    ring: async (_tx, due) => {
      if (due.some((one) => one.key === 'bad')) throw new Error('this one never works');
      fired.push(...due.map((one) => one.key));
    },
  });
  expect(await worker.fireDue('main')).toBe(2);
  expect(fired).toEqual(['a', 'c']);
  expect(await worker.fireDue('main')).toBe(0);
  const rows = await platform.db.read<{ key: string; attempts: number }>(
    'main',
    'SELECT key, attempts FROM {s}.timer WHERE owner = $1 AND retry_at > clock_timestamp()',
    [owner],
  );
  expect(rows).toEqual([{ key: 'bad', attempts: 1 }]);
});

test('a conflict with another writer is tried again at once', async () => {
  const owner = fresh();
  await setting(tenant, owner, ['a']);
  let tries = 0;
  const worker = workerOf(owner, {
    ring: async () => {
      tries += 1;
      if (tries === 1) throw new VersionConflict('somebody was first');
    },
  });
  expect(await worker.fireDue('main')).toBe(1);
  expect(tries).toBe(2);
});

test('a handler may make the next appointment under the same key', async () => {
  const owner = fresh();
  await setting(tenant, owner, ['daily']);
  const fired: string[] = [];
  const worker = workerOf(owner, {
    ring: async (tx, due) => {
      fired.push(...due.map((one) => one.dueAt));
      if (fired.length === 1)
        await schedule(tx, [
          { owner, kind: 'ring', key: 'daily', dueAt: '2024-01-02T00:00:00.000Z' as never },
        ]);
    },
  });
  expect(await worker.fireDue('main')).toBe(1);
  expect(await worker.fireDue('main')).toBe(1);
  expect(fired).toEqual(['2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z']);
});

test('what the handler did and the timer’s removal happen together or not at all', async () => {
  const owner = fresh();
  await setting(tenant, owner, ['a']);
  const worker = workerOf(owner, {
    ring: async (tx) => {
      await schedule(tx, [{ owner, kind: 'other', key: 'made', dueAt: PAST }]);
      throw new Error('after the effect');
    },
  });
  expect(await worker.fireDue('main')).toBe(0);
  const rows = await platform.db.read('main', 'SELECT kind FROM {s}.timer WHERE owner = $1', [owner]);
  expect(rows).toEqual([{ kind: 'ring' }]);
});

test('timers of a tenant that is closed wait out of the way of the others', async () => {
  const owner = fresh();
  const closed = await createTestTenant(platform);
  await setting(closed, owner, ['a']);
  await platform.db.control((tx) =>
    tx.query(`UPDATE {c}.tenant SET state = 'suspended' WHERE id = $1`, [closed.id]),
  );
  platform.db.forget(closed.id);
  await setting(tenant, owner, ['b']);
  const worker = workerOf(owner, { ring: async () => undefined });
  expect(await worker.fireDue('main')).toBe(1);
  const due = await platform.db.read(
    'main',
    'SELECT 1 FROM {s}.timer WHERE owner = $1 AND retry_at <= clock_timestamp()',
    [owner],
  );
  expect(due).toEqual([]);
});

test('several workers of one owner fire each timer once', async () => {
  const owner = fresh();
  const fired: string[] = [];
  const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
  await setting(tenant, owner, keys.slice(0, 20), 'one');
  await setting(tenant, owner, keys.slice(20), 'two');
  const note: TimerHandlers[string] = async (_tx, due) => {
    fired.push(...due.map((one) => one.key));
  };
  const workers = [1, 2, 3].map(() => workerOf(owner, { one: note, two: note }));
  await Promise.all(workers.map((worker) => worker.fireDue('main')));
  await workers[0]?.fireDue('main');
  expect(fired.sort()).toEqual(keys.sort());
});
