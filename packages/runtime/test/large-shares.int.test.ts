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
import { z } from 'zod';
import { onMany, startConsumer } from '../src/messaging/consume.js';
import { outgoing, publish } from '../src/messaging/outbox.js';
import { fresh } from './faulty.js';

const MESSAGES = 40;
const TEXT = 'x'.repeat(4_000);

const said = defineEvent({
  owner: 'tenancy',
  type: 'test.said',
  version: 1,
  schema: z.strictObject({ place: z.int(), text: z.string() }),
});

let platform: TestPlatform;
let tenant: TestTenant;
beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
  await platform.db.admin(async (tx) => {
    await tx.query(`CREATE TABLE "${tenant.schema}".heard (consumer text, place integer, xid text)`);
    await tx.query(`GRANT SELECT, INSERT ON "${tenant.schema}".heard TO "${tenant.schema}"`);
  });
});
afterAll(() => platform.destroy());

/** A consumer that notes what it hears, unless it is not to. */
const hearing = (isDeaf: () => boolean) => {
  const name = fresh();
  const subscription = onMany(said, async (tx, messages) => {
    if (isDeaf()) throw new Error('not today');
    const places = messages.map(({ data }) => data.place);
    const sql = `INSERT INTO {t}.heard SELECT $1, place, pg_current_xact_id()::text FROM unnest($2::int[]) p(place)`;
    await tx.query(sql, [name, places]);
  });
  const rows = (from = 0) =>
    platform.db.tenant(tenant.scope, (tx) =>
      tx.query<{ place: number; xid: string }>(
        'SELECT place, xid FROM {t}.heard WHERE consumer = $1 AND place >= $2 ORDER BY place',
        [name, from],
      ),
    );
  const parts = { ...platform, log: platform.eventLog };
  return { rows, start: () => startConsumer(parts, { name, subscriptions: [subscription] }) };
};

const say = (from: number, text: string): Promise<void> =>
  platform.db.tenant(tenant.scope, (tx) =>
    publish(
      tx,
      Array.from({ length: MESSAGES }, (_, i) =>
        outgoing(said, {
          aggregate: 'speech',
          occurredAt: instantFromMs(Date.now()),
          data: { place: from + i, text },
        }),
      ),
    ),
  );

test('much is taken by each consumer in a transaction of its own, little by all in one; who fails fails alone', async () => {
  let deaf = false;
  const [one, other] = [hearing(() => false), hearing(() => deaf)] as const;
  const running = [await one.start(), await other.start()];
  // Each follows by itself until it has caught up; that is below 0.
  let place = 0;
  await waitFor('little is taken together', async () => {
    place -= 100;
    await say(place, '');
    const heard = async ({ rows }: typeof one) =>
      waitFor('little', async () => (await rows(place)).find((row) => row.place === place));
    return (await heard(one)).xid === (await heard(other)).xid;
  });
  await say(0, '');
  await waitFor('little', async () => (await other.rows()).length === MESSAGES);
  expect((await one.rows())[0]?.xid).toBe((await other.rows())[0]?.xid);
  await say(100, TEXT);
  await waitFor('much', async () => (await other.rows()).length === 2 * MESSAGES);
  await waitFor('much', async () => (await one.rows()).length === 2 * MESSAGES);
  const xidsOf = async ({ rows }: typeof one) => (await rows()).filter(({ place }) => place >= 100);
  expect((await xidsOf(one))[0]?.xid).not.toBe((await xidsOf(other))[0]?.xid);
  deaf = true;
  await say(200, TEXT);
  await waitFor('who hears', async () => (await one.rows()).length === 3 * MESSAGES);
  expect(await other.rows()).toHaveLength(2 * MESSAGES);
  deaf = false;
  await say(300, TEXT);
  await waitFor('who hears', async () => (await one.rows()).length === 4 * MESSAGES);
  expect(new Set((await one.rows()).map(({ place }) => place)).size).toBe(4 * MESSAGES);
  await Promise.all(running.map((consumption) => consumption.stop()));
});
