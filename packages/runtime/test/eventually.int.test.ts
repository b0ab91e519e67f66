import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { on, startConsumer } from '../src/messaging/consume.js';
import { Retryable } from '../src/base/errors.js';
import type { Queryable } from '../src/database/db.js';
import { FactsOnTheirWay, WAITING_MAX } from '../src/messaging/facts-on-their-way.js';
import { eventually } from '../src/messaging/wait-for-fact.js';
import { newId } from '../src/base/new-id.js';
import { outgoing, publish } from '../src/messaging/outbox.js';

const CONSUMER = 'eventually-test';

let platform: TestPlatform;
let tenant: TestTenant;
const seen = new Set<string>();

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(async () => {
  await platform.destroy();
});

const needed = (customerId: string, withinMs?: number) => ({
  db: platform.db,
  scope: tenant.scope,
  consumer: CONSUMER,
  contract: customerChanged,
  aggregates: [customerId],
  ...(withinMs === undefined ? {} : { withinMs }),
});

const read = (customerId: string) => async () => (seen.has(customerId) ? customerId : null);

const consume = () => {
  const { db, eventLog: log, logger, metrics } = platform;
  const subscription = on(customerChanged, async (_tx, { data }) => void seen.add(data.customerId));
  return startConsumer({ db, log, logger, metrics }, { name: CONSUMER, subscriptions: [subscription] });
};

const createCustomer = async (): Promise<string> => {
  const customerId = newId('cus');
  await platform.db.tenant(tenant.scope, async (tx) => {
    const data = {
      customerId,
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
    };
    await publish(tx, [
      outgoing(customerChanged, { aggregate: customerId, occurredAt: await tx.now(), data }),
    ]);
  });
  return customerId;
};

test('what nobody created is unknown at once, however long one may wait', async () => {
  const customerId = newId('cus');
  const startedAt = performance.now();
  expect(await eventually(needed(customerId), read(customerId))).toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a consumer that is behind is transient: what was created is never called unknown', async () => {
  const customerId = await createCustomer();
  await expect(eventually(needed(customerId, 100), read(customerId))).rejects.toThrow(Retryable);
});

test('what was created is found as soon as the consumer has it', async () => {
  const customerId = await createCustomer();
  const found = eventually(needed(customerId), read(customerId));
  const consumption = await consume();
  expect(await found).toBe(customerId);
  await consumption.stop();
});

test('a fact that the consumer gave up on is unknown, and nobody waits for it', async () => {
  const customerId = await createCustomer();
  await platform.db.shard('main', (tx) =>
    tx.query(
      `INSERT INTO {s}.dead_letter (consumer, message_id, tenant_id, envelope, error)
       SELECT $1, message_id, tenant_id, envelope, 'test' FROM {s}.outbox WHERE key = $2`,
      [CONSUMER, `${tenant.id}:${customerId}`],
    ),
  );
  expect(await eventually(needed(customerId), read(customerId))).toBeNull();
});

const counted = () => {
  const counter = { looks: 0 };
  const shard: Queryable = {
    query: (text, params) => {
      counter.looks += 1;
      return platform.db.read('main', text, params);
    },
  };
  return { counter, facts: new FactsOnTheirWay(shard) };
};
const awaited = (customerId: string) => ({
  type: customerChanged.type,
  consumer: 'nobody',
  keys: [`${tenant.id}:${customerId}`],
});

test('a thousand that wait for as many facts ask ever less often, and together', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, createCustomer));
  const { counter, facts } = counted();
  const crowd = Array.from({ length: WAITING_MAX }, (_, index) =>
    facts.next(awaited(ids[index % ids.length] ?? ''), '1/0', 2_000).catch((error: unknown) => error),
  );
  await expect(facts.next(awaited('one more'), undefined, 2_000)).rejects.toThrow('too many requests');
  // Each sees another state than the one it knows, and waits again for that to change.
  const seen = await Promise.all(crowd);
  expect(seen.every((found) => typeof found === 'string')).toBe(true);
  counter.looks = 0;
  const patient = seen.map((found, index) =>
    facts.next(awaited(ids[index % ids.length] ?? ''), String(found), 2_000).catch((error: unknown) => error),
  );
  expect((await Promise.all(patient)).every((error) => error instanceof Retryable)).toBe(true);
  // One poll each 15 ms and for each that waits would be 133,000.
  expect(counter.looks).toBeLessThan(50);
});
