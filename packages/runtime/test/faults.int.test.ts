import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { createLedger, FLAWLESS, type Ledger } from '@tollgate/testing/ledger';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Retryable } from '../src/base/errors.js';
import { on, startConsumer, type ConsumerOptions } from '../src/messaging/consume.js';
import { DeadLetterWorker, listDeadLetters, requestReplay } from '../src/messaging/dead-letters.js';
import type { LogRecord } from '../src/messaging/event-log.js';
import { Inbox } from '../src/messaging/inbox.js';
import { readSettled } from '../src/messaging/outbox-reader.js';
import { allAfter, fresh, ledgerOn, START, TENANCY, withoutInbox } from './faulty.js';

const EARLY = 1_000;

let platform: TestPlatform;
let tenant: TestTenant;

describe('the outbox under concurrent writers', () => {
  beforeAll(async () => {
    platform = await createTestPlatform();
    tenant = await createTestTenant(platform);
  });
  afterAll(() => platform.destroy());

  /** Two transactions of which the one with the lower id commits later; `between` runs while only the other is there. */
  const lateCommit = async (slow: Ledger, fast: Ledger, between: () => Promise<void>): Promise<void> => {
    let commit: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let written: () => void = () => undefined;
    const wrote = new Promise<void>((resolve) => (written = resolve));
    const open = platform.db.tenant(tenant.scope, async (tx) => {
      await slow.writeIn(tx);
      written();
      await gate;
    });
    await wrote;
    await fast.write(1);
    await between();
    commit();
    await open;
  };
  const apply = async (ledger: Ledger, records: readonly LogRecord[]): Promise<void> => {
    const inbox = new Inbox({ ...platform, log: platform.eventLog }, ledger.consumer);
    await inbox.handle({ source: 'test', partition: 0, shard: 'main', records });
  };
  const findings = async (slow: Ledger, fast: Ledger): Promise<number> =>
    (await slow.check()).lost + (await fast.check()).lost;

  test('reading below the oldest running transaction loses nothing', async () => {
    const [slow, fast] = [await ledgerOn({ platform, tenant }), await ledgerOn({ platform, tenant })];
    let position = START;
    const poll = async (): Promise<void> => {
      const { records } = await readSettled(platform.db.single('main'), TENANCY, position);
      for (const ledger of [slow, fast]) await apply(ledger, records);
      position = records.at(-1)?.position ?? position;
    };
    await lateCommit(slow, fast, poll);
    await waitFor('both', async () => {
      await poll();
      return (await findings(slow, fast)) === 0;
    });
  });

  test('control: polling by id loses the row of the slower transaction, and the checker says so', async () => {
    const [slow, fast] = [await ledgerOn({ platform, tenant }), await ledgerOn({ platform, tenant })];
    const [newest] = await platform.db.read<{ id: bigint }>(
      'main',
      'SELECT coalesce(max(id), 0) AS id FROM {s}.outbox',
    );
    let last = newest?.id ?? 0n;
    const poll = async (): Promise<void> => {
      const rows = await platform.db.read<{ id: bigint; envelope: string }>(
        'main',
        'SELECT id, envelope FROM {s}.outbox WHERE id > $1 ORDER BY id',
        [last.toString()],
      );
      const records = rows.map((row) => ({
        position: { major: row.id, minor: 0n },
        envelope: JSON.parse(row.envelope) as unknown,
      }));
      for (const ledger of [slow, fast]) await apply(ledger, records);
      last = rows.at(-1)?.id ?? last;
    };
    await lateCommit(slow, fast, poll);
    await poll();
    await poll();
    expect((await fast.check()).lost).toBe(0);
    expect((await slow.check()).lost).toBe(1);
  });

  const redelivered = (records: readonly LogRecord[]): LogRecord[] =>
    [...records, ...[...records].reverse(), ...records].map((record) => record);
  const allRecords = (): Promise<LogRecord[]> => allAfter({ platform, tenant }, START);

  test('a message that comes several times and in any order has one effect', async () => {
    const ledger = await ledgerOn({ platform, tenant });
    await ledger.write(20);
    const records = await allRecords();
    await apply(ledger, redelivered([...records].reverse()));
    for (const record of redelivered(records)) await apply(ledger, [record]);
    const { lost, doubled } = await ledger.check();
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
  });

  test('control: without an inbox redelivered messages double, and the checker says so', async () => {
    const ledger = await ledgerOn({ platform, tenant });
    await ledger.write(20);
    const batch = { source: 'test', partition: 0, shard: 'main' } as const;
    await withoutInbox({ platform, tenant }, ledger)({ ...batch, records: redelivered(await allRecords()) });
    expect((await ledger.check()).doubled).toBe(40);
  });

  test('a message that keeps failing is set aside, those behind it go on, and a replay has its effect once', async () => {
    const own = await createTestTenant(platform);
    const ledger = await createLedger(platform, own, fresh());
    let broken = true;
    let culprit: string | undefined;
    const fragile: ConsumerOptions = {
      name: ledger.consumer.name,
      subscriptions: [
        on(customerChanged, async (tx, message) => {
          if (message.tenant === own.id && message.data.revision === 2) culprit ??= message.id;
          if (broken && message.id === culprit) throw new Error('not today');
          await ledger.note(tx, message.data);
        }),
      ],
    };
    const parts = { ...platform, log: platform.eventLog };
    const consumption = await startConsumer(parts, fragile);
    await ledger.write(8);
    const dead = await waitFor('the dead letter', async () => {
      const letters = await listDeadLetters(platform.db, 'main');
      return letters.find((letter) => letter.consumer === fragile.name);
    });
    expect(dead).toMatchObject({ type: 'customer.changed', error: 'Error: not today' });
    await waitFor('those around it', async () => (await ledger.check()).lost === 1);
    const worker = new DeadLetterWorker(parts, [fragile]);
    worker.start();
    broken = false;
    expect(await requestReplay(platform.db, 'main', [dead.id])).toBe(1);
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await waitFor('the letter to be gone', async () => {
      const letters = await listDeadLetters(platform.db, 'main');
      return letters.every((letter) => letter.id !== dead.id);
    });
    await Promise.all([worker.stop(), consumption.stop()]);
  });

  test('a message whose prerequisite comes later has its effect then, and nobody has to ask for it', async () => {
    const own = await createTestTenant(platform);
    const ledger = await createLedger(platform, own, fresh());
    let first: string | undefined;
    let there = false;
    const early: ConsumerOptions = {
      name: ledger.consumer.name,
      subscriptions: [
        on(customerChanged, async (tx, message) => {
          if (message.tenant !== own.id) return;
          first ??= message.id;
          if (!there && message.id === first) throw new Retryable('its customer has not arrived yet');
          await ledger.note(tx, message.data);
        }),
      ],
    };
    const parts = { ...platform, log: platform.eventLog };
    const consumption = await startConsumer(parts, early);
    const worker = new DeadLetterWorker(parts, [early]);
    worker.start();
    await ledger.write(5);
    await waitFor('those behind it', async () => (await ledger.check()).lost === 1);
    there = true;
    await waitFor('all of them', async () => (await ledger.check()).lost === 0);
    expect((await ledger.check()).doubled).toBe(0);
    await Promise.all([worker.stop(), consumption.stop()]);
  });

  test('a record that is no message is set aside, and those around it have their effect', async () => {
    const ledger = await ledgerOn({ platform, tenant });
    await ledger.write(3);
    const records = await allRecords();
    const garbage = [undefined, null, 'text', { type: 'customer.changed', version: 1 }].map((one, index) => ({
      position: { major: BigInt(index + 1), minor: 0n },
      envelope: one,
    }));
    await apply(ledger, [...garbage, ...records]);
    expect(await ledger.check()).toEqual(FLAWLESS);
    const dead = await platform.db.read('main', 'SELECT 1 FROM {s}.dead_letter WHERE consumer = $1', [
      ledger.consumer.name,
    ]);
    expect(dead).toHaveLength(garbage.length);
  });

  test('a thousand early messages hold up those behind them for seconds, and have their effect when they can', async () => {
    const own = await createTestTenant(platform);
    const ledger = await createLedger(platform, own, fresh());
    let seen = 0;
    let there = false;
    const early: ConsumerOptions = {
      name: ledger.consumer.name,
      subscriptions: [
        on(customerChanged, async (tx, message) => {
          if (message.tenant !== own.id) return;
          // Of five keys in turn, those of the first rounds.
          seen += 1;
          if (!there && message.data.revision <= EARLY / 5)
            throw new Retryable('its customer is not there yet');
          await ledger.note(tx, message.data);
        }),
      ],
    };
    await ledger.write(EARLY + 1);
    const parts = { ...platform, log: platform.eventLog };
    const startedAt = performance.now();
    const consumption = await startConsumer(parts, early);
    await waitFor('the one behind them', async () => (await ledger.check()).lost === EARLY, 60_000);
    // With six tries each in their place it would be 40 minutes.
    expect(performance.now() - startedAt).toBeLessThan(40_000);
    expect(seen).toBeGreaterThan(EARLY);
    there = true;
    const worker = new DeadLetterWorker(parts, [early]);
    worker.start();
    await waitFor('all of them', async () => (await ledger.check()).lost === 0, 60_000);
    expect((await ledger.check()).doubled).toBe(0);
    await Promise.all([worker.stop(), consumption.stop()]);
  }, 120_000);
});
