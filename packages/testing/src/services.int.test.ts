import { Client } from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from './services.js';

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
