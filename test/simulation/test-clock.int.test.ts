import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { ClockWorker } from '@tollgate/runtime/timers/clock-worker';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { journalOf, rest, send, settledTenant, START, startHouse, type House } from './house.js';

const END = '2024-05-02T00:00:00.000Z';
const HOUR_MS = 3_600_000;
const HOURS = (Date.parse(END) - Date.parse(START)) / HOUR_MS;
const RUNS = 3;
const SLOW_MS = 300_000;

let house: House;
/** What happens in one step, with one worker. */
let expected: string[];
const stops: (() => Promise<unknown>)[] = [];

const startClocks = (count: number): void => {
  const { db, logger } = house.platform;
  const workers = Array.from(
    { length: count },
    () => new ClockWorker({ db, logger, tell: async () => undefined }),
  );
  for (const worker of workers) worker.start();
  stops.push(() => Promise.all(workers.map((worker) => worker.stop())));
};
const stopClocks = async (): Promise<void> => {
  for (const stop of stops.splice(0)) await stop();
};

beforeAll(async () => {
  house = await startHouse();
  startClocks(1);
  const tenant = await settledTenant(house);
  await send(house, tenant, END);
  await rest(house, tenant);
  expected = await journalOf(house, tenant);
  await stopClocks();
}, SLOW_MS);
afterEach(stopClocks);
afterAll(() => house.stop());

test('every invoice is finalised and paid at its own instant', () => {
  const paid = expected.filter((line) => line.includes('pay PaymentSucceeded'));
  // Four periods of the first customer are over and three of the second; each began with an invoice.
  expect(expected.filter((line) => line.includes('inv InvoiceFinalised')).length).toBe(9);
  expect(paid.map((line) => line.slice(0, 13))).toEqual([
    '2024-01-01T00',
    '2024-02-01T01',
    '2024-03-01T01',
    '2024-04-01T01',
    '2024-05-01T01',
  ]);
});

test(
  'in one step or in many, waited for or not, the same happens at the same instants',
  async () => {
    startClocks(2);
    const steps = fc.uniqueArray(
      fc.record({ hour: fc.integer({ min: 1, max: HOURS - 1 }), waits: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 8,
        selector: ({ hour }) => hour,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (way) => {
        const tenant = await settledTenant(house);
        for (const { hour, waits } of [...way].sort((left, right) => left.hour - right.hour)) {
          await send(house, tenant, new Date(Date.parse(START) + hour * HOUR_MS).toISOString());
          if (waits) await rest(house, tenant);
        }
        await send(house, tenant, END);
        await rest(house, tenant);
        expect(await journalOf(house, tenant)).toEqual(expected);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  SLOW_MS,
);

test(
  'a worker that is killed with -9 again and again leaves nothing out and does nothing twice',
  async () => {
    const tenant = await settledTenant(house);
    await send(house, tenant, END);
    for (let kill = 0; kill < 4; kill += 1) {
      const before = await nowOf(tenant.id);
      const worker = startWorker();
      await waitFor('the clock to move', async () => (await nowOf(tenant.id)) !== before);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    expect(await nowOf(tenant.id)).not.toBe(END);
    const worker = startWorker();
    await rest(house, tenant);
    worker.kill('SIGKILL');
    expect(await journalOf(house, tenant)).toEqual(expected);
  },
  SLOW_MS,
);

test(
  'control: a clock that does not wait for rest makes another journal, and the comparison says so',
  async () => {
    const tenant = await settledTenant(house);
    await send(house, tenant, START);
    while ((await nowOf(tenant.id)) !== END) {
      await house.platform.db.shard('main', (raw) => raw.query(RESTLESS_SQL, [tenant.id, END]));
    }
    await rest(house, tenant);
    expect(await journalOf(house, tenant)).not.toEqual(expected);
  },
  SLOW_MS,
);

/** To the next instant at which something is due, whatever is under way. */
const RESTLESS_SQL = `
  UPDATE {s}.tenant_clock c SET now_at = least($2::timestamptz, (SELECT min(due_at) FROM {s}.timer t
    WHERE t.tenant_id = $1 AND NOT t.background AND t.due_at > c.now_at))
  WHERE c.tenant_id = $1`;

async function nowOf(tenantId: string): Promise<string | undefined> {
  const rows = await house.platform.db.read<{ now_at: string }>(
    'main',
    'SELECT now_at FROM {s}.tenant_clock WHERE tenant_id = $1',
    [tenantId],
  );
  return rows[0]?.now_at;
}

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, [fileURLToPath(new URL('clock-worker.mjs', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'], SIM_DATABASE_URL: house.platform.appUrl },
  });
  stops.push(async () => worker.kill('SIGKILL'));
  return worker;
}
