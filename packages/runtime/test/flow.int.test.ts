import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { envelope } from '@tollgate/contracts/envelope';
import { subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { on, startConsumer } from '../src/messaging/consume.js';
import { append, readStream } from '../src/journal/journal.js';
import { newId } from '../src/base/new-id.js';
import { outgoing, publish } from '../src/messaging/outbox.js';
import { schedule } from '../src/timers/timers.js';
import { TimerWorker } from '../src/timers/worker.js';

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform, { nowAt: '2024-01-01T00:00:00.000Z' });
});
afterAll(async () => {
  await platform.destroy();
});

const customer = () => ({
  customerId: newId('cus'),
  revision: 1,
  name: 'Ada',
  email: null,
  country: 'DE',
  timeZone: 'UTC',
  currency: 'EUR',
  taxId: null,
  address: null,
  externalId: null,
  createdOn: '2024-01-01',
});

test('what a tenant transaction publishes reaches a consumer once, in the tenant', async () => {
  const seen: string[] = [];
  const consumption = await startConsumer(
    { db: platform.db, log: platform.eventLog, logger: platform.logger, metrics: platform.metrics },
    {
      name: 'flow-test',
      subscriptions: [
        on(customerChanged, async (tx, message) => {
          seen.push(`${message.data.name}@${(await tx.now()).slice(0, 4)}`);
        }),
      ],
    },
  );
  await platform.db.tenant(tenant.scope, async (tx) => {
    const data = customer();
    await append(tx, [
      {
        stream: data.customerId,
        expectedVersion: 0,
        events: [{ type: 'CustomerCreated' }],
        occurredAt: await tx.now(),
      },
    ]);
    await publish(tx, [
      outgoing(customerChanged, { aggregate: data.customerId, occurredAt: await tx.now(), data }),
    ]);
    expect((await readStream(tx, data.customerId)).version).toBe(1);
  });
  await waitFor('the message', () => seen.length > 0);
  expect(seen).toEqual(['Ada@2024']);
  await consumption.stop();
});

test('a message that was published in an earlier version finds its consumer, in the present shape', async () => {
  const seen: unknown[] = [];
  const consumption = await startConsumer(
    { db: platform.db, log: platform.eventLog, logger: platform.logger, metrics: platform.metrics },
    {
      name: 'earlier-versions',
      subscriptions: [
        on(subscriptionStarted, async (_tx, { version, data }) => {
          seen.push([version, data.terms.quantity, data.terms.prices.map(({ price }) => price.model)]);
        }),
      ],
    },
  );
  const [before] = subscriptionStarted.earlier;
  if (before === undefined) throw new Error('version 1 was published');
  const file = new URL('../../contracts/fixtures/subscription.started.v1.json', import.meta.url);
  const [message] = envelope.array().parse(JSON.parse(readFileSync(file, 'utf8')));
  await platform.db.tenant(tenant.scope, async (tx) => {
    const old = { ...subscriptionStarted, version: before.version, schema: before.schema };
    await publish(tx, [{ contract: old, aggregate: 'sub', occurredAt: await tx.now(), data: message?.data }]);
  });
  await waitFor('the message', () => seen.length > 0);
  expect(seen).toEqual([[1, '1', ['flat', 'per_unit', 'graduated']]]);
  await consumption.stop();
});

test('a timer fires on the test clock and not before', async () => {
  const fired: string[] = [];
  const worker = new TimerWorker(platform, 'flow', {
    ring: async (_tx, due) => {
      fired.push(...due.map((one) => `${one.key} ${one.dueAt}`));
    },
  });
  await platform.db.tenant(tenant.scope, async (tx) => {
    await schedule(tx, [
      { owner: 'flow', kind: 'ring', key: 'a', dueAt: '2024-02-01T00:00:00.000Z' as never },
    ]);
    await schedule(tx, [
      { owner: 'flow', kind: 'ring', key: 'a', dueAt: '2024-02-01T00:00:00.000Z' as never },
    ]);
  });
  expect(await worker.fireDue('main')).toBe(0);
  await platform.db.shard('main', (tx) => tx.query(`UPDATE {s}.tenant_clock SET now_at = '2024-03-01'`));
  expect(await worker.fireDue('main')).toBe(1);
  expect(fired).toEqual(['a 2024-02-01T00:00:00.000Z']);
});
