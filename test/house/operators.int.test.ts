import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { Instant } from '@tollgate/kernel/time/time';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { on } from '@tollgate/runtime/messaging/consume';
import { Database, type Scope } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import { append } from '@tollgate/runtime/journal/journal';
import { listDeadLetters } from '@tollgate/runtime/messaging/dead-letters';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { startSubgraph } from '@tollgate/runtime/service/subgraph';
import { freshDatabase } from '@tollgate/testing/services';
import { createTestPlatform, createTestTenant, type TestPlatform } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** One of the operator's commands, as its own process. */
function script(name: string, args: readonly string[], environment: Record<string, string>) {
  return run(process.execPath, [join(ROOT, 'scripts', name), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
  });
}

test('migrate brings an empty database up to date, and does nothing the second time', async () => {
  const { url, drop } = await freshDatabase();
  cleanups.push(drop);
  const service = new URL(url);
  service.username = 'tollgate_app';
  service.password = 'test-app-password';
  const environment = { DATABASE_ADMIN_URL: url, DATABASE_URL: service.href };
  const first = await script('migrate.mjs', [], environment);
  expect(first.stdout).toContain('platform and 0 tenants are up to date');
  const db = new Database({ url: service.href });
  cleanups.push(() => db.close());
  expect(await db.control((tx) => tx.query('SELECT id FROM {c}.tenant'))).toEqual([]);
  await expect(script('migrate.mjs', [], environment)).resolves.toMatchObject({ stderr: '' });
});

test('migrate brings further shards up to date, and tenants where they live', async () => {
  const [main, second] = [await freshDatabase(), await freshDatabase()];
  cleanups.push(main.drop, second.drop);
  const serviceUrl = (url: string): string => {
    const service = new URL(url);
    service.username = 'tollgate_app';
    service.password = 'test-app-password';
    return service.href;
  };
  const environment = {
    DATABASE_ADMIN_URL: main.url,
    DATABASE_URL: serviceUrl(main.url),
    SHARD_URLS: `second=${serviceUrl(second.url)}`,
    SHARD_ADMIN_URLS: `second=${second.url}`,
  };
  await script('migrate.mjs', [], environment);
  const db = new Database({ url: main.url, adminUrl: main.url, shards: { second: second.url } });
  cleanups.push(() => db.close());
  const schema = `t_${newId('ten').slice(4)}`;
  await db.control(async (tx) => {
    await tx.query(
      `INSERT INTO {c}.tenant (id, name, schema_name, state, sandbox, settings) VALUES ('ten_x', 'X', $1, 'active', false, '{}')`,
      [schema],
    );
    await tx.query(`INSERT INTO {c}.placement (tenant_id, shard) VALUES ('ten_x', 'second')`);
  });
  expect((await script('migrate.mjs', [], environment)).stdout).toContain('1 tenants are up to date');
  const found = `SELECT to_regclass('${schema}.event') IS NOT NULL AS tenant, to_regclass('shard.outbox') IS NOT NULL AS shard,
                        to_regclass('control.tenant') IS NOT NULL AS control`;
  expect(await db.read('second', found)).toEqual([{ tenant: true, shard: true, control: false }]);
  expect(await db.read('main', found)).toEqual([{ tenant: false, shard: true, control: true }]);
  const { SHARD_ADMIN_URLS: _, ...without } = environment;
  await expect(script('migrate.mjs', [], without)).rejects.toMatchObject({
    stderr: expect.stringContaining('SHARD_ADMIN_URLS: second='),
  });
});

test('migrate names everything that is missing from the environment', async () => {
  const failed = await script('migrate.mjs', [], {}).catch(
    (error: { code: number; stderr: string }) => error,
  );
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.stderr).toMatch(/DATABASE_ADMIN_URL(.|\n)*DATABASE_URL/);
});

/** A consumer that fails while its fault lasts, with one message set aside. */
async function withDeadLetter(): Promise<{ platform: TestPlatform; applied: string[]; mend(): void }> {
  const platform = await createTestPlatform();
  cleanups.push(() => platform.destroy());
  const tenant = await createTestTenant(platform);
  const applied: string[] = [];
  let isBroken = true;
  const subgraph = await startSubgraph(platform, {
    name: 'failing',
    typeDefs: 'type Query { nothing: Int }',
    resolvers: {},
    consumers: [
      {
        name: 'failing',
        subscriptions: [
          on(customerChanged, async (_tx, message) => {
            if (isBroken) throw new Error('the fault that an operator finds');
            applied.push(message.id);
          }),
        ],
      },
    ],
  });
  cleanups.push(() => subgraph.stop());
  await publishCustomer(platform, tenant.scope);
  return {
    platform,
    applied,
    mend: () => {
      isBroken = false;
    },
  };
}

async function publishCustomer(platform: TestPlatform, scope: Scope): Promise<void> {
  const customerId = newId('cus');
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
  await platform.db.tenant(scope, async (tx) =>
    publish(tx, [outgoing(customerChanged, { aggregate: customerId, occurredAt: await tx.now(), data })]),
  );
}

test('dead letters are listed with their reason, and applied again after the fault is mended', async () => {
  const { platform, applied, mend } = await withDeadLetter();
  const list = () => script('dead-letters.mjs', ['list'], { DATABASE_URL: platform.appUrl });
  await waitFor('a dead letter that is not tried again by itself', async () => {
    const [letter] = await listDeadLetters(platform.db, 'main');
    return letter !== undefined && letter.replay_requested_at === null;
  });
  const { stdout: listed } = await list();
  expect(listed).toContain('the fault that an operator finds');
  const [shard, id, , consumer] = listed.split('\t');
  expect([shard, consumer]).toEqual(['main', 'failing']);
  mend();
  const replayed = await script('dead-letters.mjs', ['replay', id ?? ''], { DATABASE_URL: platform.appUrl });
  expect(replayed.stdout).toContain('dead letters that will be applied again: 1');
  await waitFor('the replay', () => applied.length === 1);
  await waitFor('an empty list', async () => (await list()).stdout === '');
});

test('dead-letters refuses what it does not understand, and changes nothing', async () => {
  for (const args of [[], ['replay'], ['replay', 'x'], ['replay', 'all', '1'], ['drop']]) {
    const refused = await script('dead-letters.mjs', args, {
      DATABASE_URL: 'postgres://nobody@localhost/x',
    }).catch((error: { code: number }) => error);
    expect(refused).toMatchObject({ code: 2 });
  }
});

/** A customer as tenancy writes it: the journal's event, and the row that it comes to. */
async function writeCustomer(platform: TestPlatform, scope: Scope): Promise<string> {
  const id = newId('cus');
  const [at, createdOn] = ['2024-01-01T00:00:00.000Z' as Instant, '2024-01-01'];
  const details = { name: 'Ada', email: null, country: 'DE', timeZone: 'UTC', taxId: null, address: null };
  const customer = { id, code: null, currency: 'EUR', createdAt: at, createdOn, ...details };
  await platform.db.tenant(scope, async (tx) => {
    const events = [{ type: 'CustomerCreated', customer }];
    await append(tx, [{ stream: id, expectedVersion: 0, events, occurredAt: at }]);
    await tx.query(
      `INSERT INTO {t}.customer (id, revision, name, country, time_zone, currency, created_on, created_at)
       VALUES ($1, 1, 'Ada', 'DE', 'UTC', 'EUR', $2, $3)`,
      [id, createdOn, at],
    );
  });
  return id;
}

test('rebuild compares every row with the journal, and mends what an accident changed', async () => {
  const platform = await createTestPlatform();
  cleanups.push(() => platform.destroy());
  const { id, scope } = await createTestTenant(platform);
  const rebuild = (...args: string[]): Promise<{ code: number; stdout: string }> =>
    script('rebuild.mjs', args, { DATABASE_URL: platform.appUrl }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => error,
    );
  const last = ({ stdout }: { stdout: string }) => stdout.trim().split('\n').at(-1);
  const customer = await writeCustomer(platform, scope);
  expect(await rebuild()).toMatchObject({ code: 0 });
  expect(last(await rebuild('--tenant', id))).toBe('1 streams, 0 differ');
  await platform.db.tenant(scope, (tx) => tx.query(`UPDATE {t}.customer SET country = 'FR'`));
  const found = await rebuild();
  expect(found.code).toBe(1);
  expect(found.stdout).toContain(`customer ${customer}\tcountry: "FR" in the row, "DE" by the journal`);
  expect(last(found)).toBe('1 streams, 1 differ');
  expect(last(await rebuild('--repair'))).toBe('1 streams, 1 differ');
  expect(last(await rebuild())).toBe('1 streams, 0 differ');
  expect(await rebuild('--tenants')).toMatchObject({ code: 2 });
});
