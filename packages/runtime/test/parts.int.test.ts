import { z } from 'zod';
import { defineEvent } from '@tollgate/contracts/event';
import { instantFromMs } from '@tollgate/kernel/time/time';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TenantTx } from '../src/database/db.js';
import { on, onParts, startConsumer, type Subscription } from '../src/messaging/consume.js';
import { DeadLetterWorker, listDeadLetters, requestReplay } from '../src/messaging/dead-letters.js';
import { outgoing, publish } from '../src/messaging/outbox.js';
import { fresh } from './faulty.js';

const counted = defineEvent({
  owner: 'tenancy',
  type: 'test.counted',
  version: 1,
  schema: z.strictObject({ numbers: z.array(z.int()) }),
});

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
  await platform.db.admin(async (tx) => {
    await tx.query(`CREATE TABLE "${tenant.schema}".noted (consumer text, number integer)`);
    await tx.query(`GRANT SELECT, INSERT ON "${tenant.schema}".noted TO "${tenant.schema}"`);
  });
});
afterAll(() => platform.destroy());

/** A consumer that notes numbers, but for those that it cannot have; and what it noted. */
const counting = (
  subscribe: (handle: (tx: TenantTx, numbers: readonly number[]) => Promise<void>) => Subscription,
) => {
  const bad = new Set([3]);
  const name = fresh();
  const subscription = subscribe(async (tx, numbers) => {
    for (const number of numbers) {
      await tx.query('INSERT INTO {t}.noted VALUES ($1, $2)', [name, number]);
      if (bad.has(number)) await tx.query('SELECT 1 / 0');
    }
  });
  const options = { name, subscriptions: [subscription] };
  const noted = async (): Promise<number[]> => {
    const rows = await platform.db.tenant(tenant.scope, (tx) =>
      tx.query<{ number: number }>('SELECT number FROM {t}.noted WHERE consumer = $1 ORDER BY number', [
        name,
      ]),
    );
    return rows.map(({ number }) => number);
  };
  const parts = { ...platform, log: platform.eventLog };
  const letters = async () =>
    (await listDeadLetters(platform.db, 'main')).filter(({ consumer }) => consumer === name);
  return {
    bad,
    noted,
    letters,
    start: () => startConsumer(parts, options),
    worker: new DeadLetterWorker(parts, [options]),
  };
};

/** A message each, of one instant. */
const tell = (...lists: readonly (readonly number[])[]): Promise<void> => {
  const occurredAt = instantFromMs(Date.now());
  return platform.db.tenant(tenant.scope, (tx) =>
    publish(
      tx,
      lists.map((numbers) =>
        outgoing(counted, { aggregate: 'numbers', occurredAt, data: { numbers: [...numbers] } }),
      ),
    ),
  );
};

const NUMBERS = {
  split: ({ numbers }: { readonly numbers: readonly number[] }) =>
    numbers.map((number) => ({ numbers: [number] })),
  join: (all: readonly { readonly numbers: readonly number[] }[]) => ({
    numbers: all.flatMap(({ numbers }) => numbers),
  }),
};

test('a part that cannot be applied is set aside alone, and a replay has its effect once', async () => {
  const consumer = counting((handle) =>
    onParts(counted, NUMBERS, (tx, { data }) => handle(tx, data.numbers)),
  );
  const consumption = await consumer.start();
  await tell([1, 2, 3, 4]);
  await tell([5]);
  await waitFor('the good ones', async () => (await consumer.noted()).length === 4);
  expect(await consumer.noted()).toEqual([1, 2, 4, 5]);
  const [letter, ...others] = await consumer.letters();
  expect(letter?.error).toContain('division by zero');
  expect(others).toEqual([]);
  consumer.bad.clear();
  consumer.worker.start();
  await requestReplay(platform.db, 'main', [letter?.id ?? 0n]);
  await waitFor('the replay', async () => (await consumer.letters()).length === 0);
  expect(await consumer.noted()).toEqual([1, 2, 3, 4, 5]);
  await Promise.all([consumer.worker.stop(), consumption.stop()]);
});

test('what one transaction tells of one instant is applied as one, in its order; what is wrong in it keeps nothing else', async () => {
  const calls: (readonly number[])[] = [];
  const consumer = counting((handle) =>
    onParts(counted, NUMBERS, (tx, { data }) => {
      calls.push(data.numbers);
      return handle(tx, data.numbers);
    }),
  );
  // A consumer in trouble goes on message by message: what was told before may not trouble this one.
  consumer.bad.clear();
  const consumption = await consumer.start();
  await waitFor('what was told before', async () => (await consumer.noted()).includes(5));
  await tell([11, 12], [14], [15]);
  await waitFor('all', async () => (await consumer.noted()).includes(15));
  expect(calls).toContainEqual([11, 12, 14, 15]);
  consumer.bad.add(13);
  await tell([16], [13], [17]);
  await waitFor('the good ones', async () => (await consumer.noted()).includes(17));
  expect(await consumer.noted()).toEqual(expect.arrayContaining([11, 12, 14, 15, 16, 17]));
  expect(await consumer.noted()).not.toContain(13);
  await consumption.stop();
});

test('control: without parts one bad entry keeps all the others of its message', async () => {
  const consumer = counting((handle) => on(counted, (tx, { data }) => handle(tx, data.numbers)));
  const consumption = await consumer.start();
  await tell([1, 3]);
  await tell([5]);
  await waitFor('the next message', async () => (await consumer.noted()).includes(5));
  expect(await consumer.noted()).not.toContain(1);
  await consumption.stop();
});
