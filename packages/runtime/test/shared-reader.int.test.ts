import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { createLedger, FLAWLESS, type Ledger } from '@tollgate/testing/ledger';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Retryable, VersionConflict } from '../src/base/errors.js';
import type { TenantTx } from '../src/database/db.js';
import { on, startConsumer, type ConsumerOptions } from '../src/messaging/consume.js';
import { DeadLetterWorker } from '../src/messaging/dead-letters.js';
import { isAfter, type Consumption } from '../src/messaging/event-log.js';
import { readPosition } from '../src/messaging/offsets.js';
import { sourceOf } from '../src/messaging/tail.js';
import { allAfter, fresh, TENANCY } from './faulty.js';

const CHAOS_MESSAGES = 30;
const FAULTS = 0.05;
const CHAOS_MAX_MS = 45_000;

let platform: TestPlatform;
let tenants: readonly TestTenant[];

beforeAll(async () => {
  platform = await createTestPlatform();
  tenants = [await createTestTenant(platform), await createTestTenant(platform)];
});
afterAll(() => platform.destroy());

type Before = (tx: TenantTx) => Promise<void>;

/** A consumer with a ledger in every tenant; what is to happen before an effect may stop it. */
const noting = async (before: Before = async () => undefined) => {
  const name = fresh();
  const ledgers = await Promise.all(tenants.map((tenant) => createLedger(platform, tenant, name)));
  const consumer: ConsumerOptions = {
    name,
    subscriptions: [
      on(customerChanged, async (tx, { data }) => {
        await before(tx);
        await ledgers[tenants.findIndex(({ id }) => id === tx.scope.tenantId)]?.note(tx, data);
      }),
    ],
  };
  const parts = { ...platform, log: platform.eventLog };
  return { ledgers, consumer, parts, start: (): Promise<Consumption> => startConsumer(parts, consumer) };
};
/** Each ledger's message is one to all consumers; only its own keeps it. */
const writeTurnwise = async (ledgers: readonly Ledger[], count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) for (const ledger of ledgers) await ledger.write(1);
};
const settled = (ledgers: readonly Ledger[], boundMs?: number) =>
  Promise.all(ledgers.map((ledger) => ledger.settled(boundMs)));
const stopAll = (running: readonly { stop(): Promise<void> }[]) =>
  Promise.all(running.map((one) => one.stop()));

test('what a message does to several consumers happens in one transaction', async () => {
  const xids: string[] = [];
  const note: Before = async (tx) => {
    const [row] = await tx.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
    xids.push(row?.xid ?? '');
  };
  const consumers = [await noting(note), await noting(note), await noting(note)];
  const running = await Promise.all(consumers.map((one) => one.start()));
  await consumers[0]?.ledgers[0]?.write(1);
  await waitFor('those that were there before', async () => xids.length >= 3);
  xids.length = 0;
  await consumers[0]?.ledgers[0]?.write(1);
  await waitFor('all effects', async () => xids.length === 3);
  expect(new Set(xids).size).toBe(1);
  await stopAll(running);
});

test('whatever fails at random, each effect happens once and in order, for every consumer and tenant', async () => {
  let faults = 0;
  const sometimes: Before = async () => {
    if (Math.random() > FAULTS) return;
    faults += 1;
    throw new VersionConflict('somebody was first');
  };
  const consumers = [await noting(sometimes), await noting(), await noting(sometimes)];
  const ledgers = consumers.flatMap((one) => one.ledgers);
  const running = await Promise.all(consumers.map((one) => one.start()));
  const workers = consumers.map((one) => new DeadLetterWorker(one.parts, [one.consumer]));
  for (const worker of workers) worker.start();
  await Promise.all(ledgers.map((ledger) => ledger.write(CHAOS_MESSAGES / 2)));
  await stopAll(running);
  const again = await Promise.all(consumers.map((one) => one.start()));
  await Promise.all(ledgers.map((ledger) => ledger.write(CHAOS_MESSAGES / 2)));
  for (const found of await settled(ledgers, CHAOS_MAX_MS))
    expect(found).toMatchObject({ lost: 0, doubled: 0 });
  expect(faults).toBeGreaterThan(0);
  await stopAll([...again, ...workers]);
});

test('a consumer in trouble keeps nobody else waiting, and has its effects when it is over', async () => {
  let broken = true;
  const troubled = await noting(async () => {
    if (broken) throw new Retryable('not today');
  });
  const healthy = await noting();
  const worker = new DeadLetterWorker(troubled.parts, [troubled.consumer]);
  worker.start();
  const running = [await troubled.start(), await healthy.start()];
  await writeTurnwise([...troubled.ledgers, ...healthy.ledgers], 5);
  expect(await settled(healthy.ledgers)).toEqual(healthy.ledgers.map(() => FLAWLESS));
  for (const ledger of troubled.ledgers) expect((await ledger.check()).lost).toBe(5);
  broken = false;
  for (const found of await settled(troubled.ledgers)) expect(found).toMatchObject({ lost: 0, doubled: 0 });
  await stopAll([...running, worker]);
});

async function within(ms: number, read: () => Promise<boolean>): Promise<boolean> {
  return waitFor('it in time', read, ms).then(
    () => true,
    () => false,
  );
}

test('a position never passes a message of another tenant that is still to be applied', async () => {
  const [one, other] = tenants as readonly [TestTenant, TestTenant];
  const gates = new Map<string, Promise<void>>();
  const opened = new Map<string, () => void>();
  const shut = () => {
    for (const { id } of tenants) gates.set(id, new Promise((resolve) => opened.set(id, resolve)));
  };
  let [gated, waiting] = [false, 0];
  const { ledgers, consumer, start } = await noting(async (tx) => {
    if (!gated) return;
    waiting += 1;
    await gates.get(tx.scope.tenantId);
  });
  const noted = () =>
    readPosition(platform.db.single('main'), {
      consumer: consumer.name,
      source: sourceOf(TENANCY),
      partition: 0,
    });
  const running = await start();
  const gather = async () => {
    [gated, waiting] = [false, 0];
    shut();
    await ledgers[0]?.write(1);
    await settled(ledgers);
    const position = await noted();
    gated = true;
    // While the first is in hand the others gather: of the one tenant, the other, the one, the other.
    await ledgers[0]?.write(1);
    await waitFor('it to be in hand', () => waiting > 0);
    await writeTurnwise(ledgers, 2);
    opened.get(one.id)?.();
    return position;
  };
  const isApplied = async () => (await ledgers[0]?.check())?.lost === 0;
  let began = await gather();
  // Transactions of other databases may part them: what is not settled is not read with the rest.
  for (let again = 0; again < 5 && !(await within(2_000, isApplied)); again += 1) {
    opened.get(other.id)?.();
    await settled(ledgers);
    began = await gather();
  }
  await waitFor('all of the one tenant', isApplied);
  const [, , ofOther, last] = await allAfter({ platform, tenant: other }, began);
  if (ofOther === undefined || last === undefined) throw new Error('five were written');
  expect(isAfter(ofOther.position, await noted())).toBe(true);
  // What is applied already is beyond it: a note of that would lose the other tenant's message with a crash.
  expect(isAfter(last.position, ofOther.position)).toBe(true);
  expect((await ledgers[1]?.check())?.lost).toBe(2);
  opened.get(other.id)?.();
  expect(await settled(ledgers)).toEqual([FLAWLESS, FLAWLESS]);
  await running.stop();
});
