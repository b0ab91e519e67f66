import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { methods } from '../src/method/aggregate.js';
import { payments } from '../src/payment/aggregate.js';
import { startCollecting, type Collecting } from './collecting.js';

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
});
afterAll(async () => {
  await world.stop();
});

const check = (repair = false) =>
  world.platform.db.tenant(world.tenant.scope, async (tx) => {
    const options = { after: null, limit: 100, repair };
    return [await methods.check(tx, options), await payments.check(tx, options)];
  });
const changed = (text: string) => world.platform.db.tenant(world.tenant.scope, (tx) => tx.query(text));

test('methods and payments are what their journals say; what was tampered with is found and mended', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' });
  for (const status of ['SUCCEEDED', 'SUCCEEDED'])
    await world.settled(await world.finalise(customer), status);
  for (const { streams, differences } of await check()) expect([streams, differences]).toEqual([2, []]);
  await changed(`UPDATE {t}.payment SET amount_minor = 1 WHERE id = (SELECT min(id) FROM {t}.payment)`);
  await changed(`DELETE FROM {t}.payment_method WHERE provider = 'paypal'`);
  const found = (await check(true)).map(({ differences }) =>
    differences.map(({ table, kind }) => [table, kind]),
  );
  expect(found).toEqual([[['payment_method', 'missing']], [['payment', 'other']]]);
  expect((await check()).flatMap(({ differences }) => differences)).toEqual([]);
});

test('methods that were on file before the journal had them begin their streams with the migration', async () => {
  const path = '../../../prisma/tenant/migrations/0050_journal_payment_methods/migration.sql';
  const migration = readFileSync(new URL(path, import.meta.url), 'utf8');
  const customerId = await world.customer({ stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' });
  await changed(`UPDATE {t}.payment_method SET removed_at = created_at WHERE provider = 'paypal'`);
  await world.platform.db.admin(async (tx) => {
    await tx.query(`SET LOCAL search_path TO "${world.tenant.schema}"`);
    await tx.query(`DELETE FROM event WHERE stream LIKE 'pmt_%'`);
    await tx.query(migration);
  });
  expect((await check())[0]?.differences).toEqual([]);
  const invoice = await world.finalise(customerId);
  expect(await world.settled(invoice, 'SUCCEEDED')).toMatchObject({ provider: 'STRIPE' });
});
