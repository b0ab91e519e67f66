import { instantFromMs } from '@tollgate/kernel/time/time';
import { createLedger, FLAWLESS, type Ledger } from '@tollgate/testing/ledger';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bell } from '../src/base/wake.js';
import { isAlone } from '../src/database/lookout.js';
import { startConsumer } from '../src/messaging/consume.js';
import { DeadLetterWorker } from '../src/messaging/dead-letters.js';
import { ClockWorker } from '../src/timers/clock-worker.js';
import { schedule } from '../src/timers/timers.js';
import { TimerWorker } from '../src/timers/worker.js';
import { fresh, ledgerOn } from './faulty.js';

const IDLE_MS = 2_000;
/** Five a second. */
const LOOKS_MAX = 10;

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(() => platform.destroy());

const start = (ledger: Ledger) => startConsumer({ ...platform, log: platform.eventLog }, ledger.consumer);
const timersOf = (owner: string, fired: string[]): TimerWorker =>
  new TimerWorker(platform, owner, {
    ring: async (_tx, due) => {
      fired.push(...due.map(({ key }) => key));
    },
  });

/** Runs work whose bells nobody here hears, as if another process did it. */
const unheard = async (work: () => Promise<void>): Promise<void> => {
  const { emit } = bell;
  bell.emit = () => false;
  try {
    await work();
  } finally {
    bell.emit = emit;
  }
};

test('however many workers rest, one small statement looks for all of them', async () => {
  const ledgers = [await ledgerOn({ platform, tenant }), await ledgerOn({ platform, tenant })];
  const consumptions = await Promise.all(ledgers.map(start));
  const { db, logger } = platform;
  const jobs = [
    timersOf(fresh(), []),
    timersOf(fresh(), []),
    new ClockWorker({ db, logger, tell: async () => undefined }),
    new DeadLetterWorker(
      { ...platform, log: platform.eventLog },
      ledgers.map(({ consumer }) => consumer),
    ),
  ];
  for (const job of jobs) job.start();
  await Promise.all(ledgers.map((ledger) => ledger.write(1)));
  await Promise.all(ledgers.map((ledger) => ledger.settled()));
  let looks = 0;
  const { read } = db;
  db.read = function counted(...asked) {
    looks += 1;
    return read.apply(this, asked) as never;
  };
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  db.read = read;
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(LOOKS_MAX);
  await Promise.all([...consumptions, ...jobs].map((one) => one.stop()));
});

test('what another process commits is found though it rings no bell here', async () => {
  const own = await createTestTenant(platform);
  const ledger = await createLedger(platform, own, fresh());
  const consumption = await start(ledger);
  await ledger.write(1);
  await ledger.settled();
  await unheard(() => ledger.write(5));
  expect(await ledger.settled()).toEqual(FLAWLESS);
  await consumption.stop();
});

test('a timer fires when its time has come, whether anybody told of it or not', async () => {
  const owner = fresh();
  const fired: string[] = [];
  const worker = timersOf(owner, fired);
  worker.start();
  const dueAt = instantFromMs(Date.now() + 700);
  const later = instantFromMs(Date.now() + 60_000);
  const appointments = [
    { owner, kind: 'ring', key: 'soon', dueAt },
    { owner, kind: 'ring', key: 'later', dueAt: later },
  ];
  await unheard(() => platform.db.tenant(tenant.scope, (tx) => schedule(tx, appointments)));
  await waitFor('the timer', () => fired.length > 0);
  expect(instantFromMs(Date.now()) >= dueAt).toBe(true);
  expect(fired).toEqual(['soon']);
  await worker.stop();
});

test('a process sees whether others have connections to its database', async () => {
  const worker = timersOf(fresh(), []);
  worker.start();
  expect(isAlone(platform.db)).toBe(true);
  const other = new pg.Client({ connectionString: platform.appUrl, application_name: 'tollgate-other' });
  await other.connect();
  await waitFor('the other to be seen', () => !isAlone(platform.db));
  await other.end();
  await worker.stop();
});
