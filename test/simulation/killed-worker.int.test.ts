import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLedger, FLAWLESS, type Ledger } from '@tollgate/testing/ledger';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

let platform: TestPlatform;
let tenant: TestTenant;
let ledgers = 0;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  platform = await createTestPlatform();
});
afterEach(() => {
  for (const worker of running) worker.kill('SIGKILL');
});
afterAll(async () => {
  await platform.destroy();
});

/** A tenant of its own for each test, for a worker reads everything of its database. */
const freshLedger = async (): Promise<Ledger> => {
  await platform.db.admin((tx) => tx.query('DELETE FROM shard.outbox'));
  tenant = await createTestTenant(platform);
  return createLedger(platform, tenant, `killed-${(ledgers += 1)}`);
};

type Death = 'never' | 'before-commit' | 'before-acknowledging';

const startWorker = (ledger: Ledger, die: Death, inbox: 'yes' | 'no' = 'yes'): ChildProcess => {
  const worker = spawn(process.execPath, [fileURLToPath(new URL('worker.mjs', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      SIM_DATABASE_URL: platform.appUrl,
      SIM_TENANT: tenant.id,
      SIM_TABLE: ledger.table,
      SIM_CONSUMER: ledger.consumer.name,
      SIM_DIE: die,
      SIM_INBOX: inbox,
    },
  });
  running.add(worker);
  worker.once('exit', () => running.delete(worker));
  return worker;
};

const effects = async (ledger: Ledger): Promise<number> => {
  const rows = await platform.db.tenant(tenant.scope, (tx) => tx.query(`SELECT 1 FROM {t}.${ledger.table}`));
  return rows.length;
};

const killed = async (worker: ChildProcess): Promise<void> => {
  const [, signal] = (await once(worker, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
};

test.each(['before-commit', 'before-acknowledging'] as const)(
  'a worker killed with -9 %s leaves no effect out and does none twice',
  async (death) => {
    const ledger = await freshLedger();
    await ledger.write(20);
    for (let round = 0; round < 2; round += 1) {
      await killed(startWorker(ledger, death));
      await ledger.write(5);
    }
    startWorker(ledger, 'never');
    expect(await ledger.settled()).toEqual(FLAWLESS);
  },
);

test('a worker killed with -9 at any moment, again and again, leaves no effect out and does none twice', async () => {
  const ledger = await freshLedger();
  for (let round = 0; round < 4; round += 1) {
    const worker = startWorker(ledger, 'never');
    if (worker.stdout === null) throw new Error('the worker has an output');
    await once(worker.stdout, 'data');
    const before = await effects(ledger);
    const writing = ledger.write(60);
    await waitFor('some effects', async () => (await effects(ledger)) > before);
    worker.kill('SIGKILL');
    await killed(worker);
    await writing;
  }
  startWorker(ledger, 'never');
  expect(await ledger.settled()).toEqual(FLAWLESS);
});

test('control: a worker without an inbox does effects twice when it is killed, and the checker says so', async () => {
  const ledger = await freshLedger();
  await ledger.write(20);
  await killed(startWorker(ledger, 'before-acknowledging', 'no'));
  startWorker(ledger, 'never', 'no');
  const findings = await ledger.settled();
  expect(findings.lost).toBe(0);
  expect(findings.doubled).toBe(5);
});
