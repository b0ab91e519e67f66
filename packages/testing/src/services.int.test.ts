import { Client } from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase, sharedKafka, sharedRedis, stopSharedServices } from './services.js';

test('a fresh database is empty, separate, and gone after the drop', async () => {
  const [one, two] = [await freshDatabase(), await freshDatabase()];
  const client = new Client(one.url);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query(
    `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'`,
  );
  expect(rows).toEqual([{ tables: 0 }]);
  expect(one.url).not.toBe(two.url);
  await Promise.all([one.drop(), two.drop()]);
  await expect(new Client(one.url).connect()).rejects.toThrow(/does not exist/);
});

test('Redis and Kafka are started once for the tests that share them', async () => {
  expect(await sharedRedis()).toBe(await sharedRedis());
  expect(await sharedKafka()).toBe(await sharedKafka());
  const { pid } = await sharedRedis();
  await stopSharedServices();
  expect((await sharedRedis()).pid).not.toBe(pid);
  await stopSharedServices();
});
