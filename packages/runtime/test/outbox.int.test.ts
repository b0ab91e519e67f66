import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { TOPICS } from '@tollgate/contracts/topics';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../src/base/new-id.js';
import { MESSAGE_MAX_BYTES, outgoing, publish } from '../src/messaging/outbox.js';
import { readSettled } from '../src/messaging/outbox-reader.js';
import { tendShard } from '../src/service/maintenance.js';

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(async () => {
  await platform.destroy();
});

const now = '2024-05-01T00:00:00.000Z' as never;
const customer = (change: object) => ({
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
  ...change,
});
const publishing = (change: object, scope = tenant.scope) => {
  const data = customer(change);
  return platform.db.tenant(scope, (tx) =>
    publish(tx, [outgoing(customerChanged, { aggregate: data.customerId, occurredAt: now, data })]),
  );
};
const outboxRows = () =>
  platform.db.read('main', 'SELECT 1 FROM {s}.outbox WHERE tenant_id = $1', [tenant.id]);

test('a message that breaks its contract fails its writer and is never published', async () => {
  const before = (await outboxRows()).length;
  await expect(publishing({ country: 'Germany' })).rejects.toThrow(/country/);
  await expect(publishing({ surprise: 1 })).rejects.toThrow(/surprise/);
  await expect(publishing({}, { ...tenant.scope, correlation: 'x'.repeat(121) })).rejects.toThrow(
    /correlation/,
  );
  await expect(publishing({ name: 'x'.repeat(MESSAGE_MAX_BYTES) })).rejects.toThrow('8 MiB');
  expect((await outboxRows()).length).toBe(before);
  await publishing({});
  expect((await outboxRows()).length).toBe(before + 1);
});

test('a transaction as a tenant cannot write another tenant’s messages or timers', async () => {
  const foreign = newId('ten');
  const insert = (text: string) => platform.db.tenant(tenant.scope, (tx) => tx.query(text, [foreign]));
  await expect(
    insert(
      `INSERT INTO {s}.outbox (tenant_id, topic, key, message_id, envelope) VALUES ($1, 't', 'k', 'm', '{}')`,
    ),
  ).rejects.toThrow(/row-level security/);
  await expect(
    insert(`INSERT INTO {s}.timer (tenant_id, owner, kind, key, due_at) VALUES ($1, 'o', 'k', 'y', now())`),
  ).rejects.toThrow(/row-level security/);
  await expect(
    platform.db.tenant(tenant.scope, (tx) => tx.query('SELECT * FROM {s}.outbox')),
  ).rejects.toThrow(/permission denied/);
});

const partitions = async (): Promise<string[]> => {
  const rows = await platform.db.read<{ name: string }>(
    'main',
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'shard.outbox'::regclass ORDER BY 1`,
  );
  return rows.map((row) => row.name.replace('shard.', ''));
};
const nameOf = (daysAhead: number): string =>
  `outbox_${new Date(Date.now() + daysAhead * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`;
const addOldPartition = async (daysAgo: number): Promise<string> => {
  const day = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  const name = nameOf(-daysAgo);
  await platform.db.admin((tx) =>
    tx.query(
      `CREATE TABLE shard.${name} PARTITION OF shard.outbox FOR VALUES FROM ('${day(daysAgo)}') TO ('${day(daysAgo - 1)}')`,
    ),
  );
  return name;
};

test('the outbox has partitions for today and the next two days, and rows go there', async () => {
  await tendShard(platform.db, 'main');
  expect(await partitions()).toEqual(
    expect.arrayContaining([nameOf(0), nameOf(1), nameOf(2), 'outbox_default']),
  );
  await publishing({});
  expect(await platform.db.admin((tx) => tx.query('SELECT 1 FROM shard.outbox_default'))).toEqual([]);
});

test('an old partition is dropped when every reader has passed it, and not before', async () => {
  const name = await addOldPartition(9);
  await platform.db.admin((tx) =>
    tx.query(
      `INSERT INTO shard.outbox (tenant_id, topic, key, message_id, envelope, created_on)
       VALUES ($1, 'tollgate.tenancy', 'k', 'm', '{}', (now() AT TIME ZONE 'UTC')::date - 9)`,
      [tenant.id],
    ),
  );
  const readers = (major: string) =>
    platform.db.shard('main', (tx) =>
      tx.query(
        `INSERT INTO {s}.consumer_offset (consumer, source, partition, major, minor) VALUES ('slow', 'outbox:x', 0, $1, 0)
         ON CONFLICT (consumer, source, partition) DO UPDATE SET major = excluded.major`,
        [major],
      ),
    );
  await readers('1');
  expect(await tendShard(platform.db, 'main')).toMatchObject({ dropped: 0 });
  expect(await partitions()).toContain(name);
  // Other databases of the server have transactions too, and the horizon waits for the oldest of all.
  await waitFor('the partition to be dropped', async () => {
    const start = { major: 0n, minor: 0n };
    const { horizon } = await readSettled(platform.db.single('main'), [TOPICS.payments.name], start);
    await readers(horizon.major.toString());
    return (await tendShard(platform.db, 'main'))?.dropped === 1;
  });
  expect(await partitions()).not.toContain(name);
});

test('a partition that is old but within the days that are kept stays', async () => {
  const name = await addOldPartition(6);
  await tendShard(platform.db, 'main');
  expect(await partitions()).toContain(name);
});

test('a day whose rows are in the default partition is left alone', async () => {
  await platform.db.admin(async (tx) => {
    await tx.query(`DROP TABLE shard.${nameOf(2)}`);
    await tx.query(
      `INSERT INTO shard.outbox (tenant_id, topic, key, message_id, envelope, created_on)
       VALUES ($1, 't', 'k', 'm', '{}', (now() AT TIME ZONE 'UTC')::date + 2)`,
      [tenant.id],
    );
  });
  expect(await tendShard(platform.db, 'main')).toMatchObject({ created: 0 });
  await platform.db.admin((tx) => tx.query('DELETE FROM shard.outbox_default'));
  expect(await tendShard(platform.db, 'main')).toMatchObject({ created: 1 });
});

test('inbox rows go after two weeks, newer ones stay', async () => {
  await platform.db.shard('main', (tx) =>
    tx.query(
      `INSERT INTO {s}.inbox (consumer, message_id, recorded_at)
       SELECT 'old', 'm' || n, now() - make_interval(days => n) FROM generate_series(1, 20) n`,
    ),
  );
  expect(await tendShard(platform.db, 'main')).toMatchObject({ pruned: 7 });
  expect(await platform.db.read('main', `SELECT 1 FROM {s}.inbox WHERE consumer = 'old'`)).toHaveLength(13);
});

test('rows in the default partition go when they are old and every reader has passed them', async () => {
  const insert = (daysAgo: number) =>
    platform.db.admin((tx) =>
      tx.query(
        `INSERT INTO shard.outbox (tenant_id, topic, key, message_id, envelope, created_on)
         VALUES ($1, 't', 'k', 'm', '{}', (now() AT TIME ZONE 'UTC')::date - $2::int)`,
        [tenant.id, daysAgo],
      ),
    );
  const left = async (): Promise<unknown> =>
    platform.db.admin((tx) =>
      tx.query(
        `SELECT (now() AT TIME ZONE 'UTC')::date - created_on AS age FROM shard.outbox_default ORDER BY 1`,
      ),
    );
  const readerAt = (major: string) =>
    platform.db.shard('main', (tx) =>
      tx.query(`UPDATE {s}.consumer_offset SET major = $1, updated_at = now() WHERE consumer = 'slow'`, [
        major,
      ]),
    );
  await insert(5);
  await insert(20);
  await readerAt('1');
  await tendShard(platform.db, 'main');
  expect(await left()).toEqual([{ age: 5 }, { age: 20 }]);
  // While a message of that day may come again, no inbox forgets that it was applied.
  await platform.db.shard('main', (tx) =>
    tx.query(
      `INSERT INTO {s}.inbox (consumer, message_id, recorded_at) VALUES ('new', 'm', now() - interval '19 days')`,
    ),
  );
  expect(await tendShard(platform.db, 'main')).toMatchObject({ pruned: 0 });
  await readerAt('9000000000');
  expect(await tendShard(platform.db, 'main')).toMatchObject({ pruned: 1 });
  expect(await left()).toEqual([{ age: 5 }]);
});
