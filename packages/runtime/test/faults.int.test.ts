import { join } from 'node:path';
import { decode } from '@tollgate/contracts/event';
import { envelope } from '@tollgate/contracts/envelope';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { TOPICS, type TopicName } from '@tollgate/contracts/topics';
import { startKafka, type RunningKafka } from '@tollgate/local/kafka';
import { distributedHere } from '@tollgate/testing/distributed';
import { createLedger, FLAWLESS, type Ledger } from '@tollgate/testing/ledger';
import { scratchDir } from '@tollgate/testing/services';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { on, startConsumer, type ConsumerOptions } from '../src/messaging/consume.js';
import { DeadLetterWorker, listDeadLetters, requestReplay } from '../src/messaging/dead-letters.js';
import type { Consumption, LogBatch, LogRecord, Position } from '../src/messaging/event-log.js';
import { Inbox } from '../src/messaging/inbox.js';
import { Retryable } from '../src/base/errors.js';
import { KafkaEventLog, type KafkaSend } from '../src/messaging/kafka.js';
import { SILENT } from '../src/base/log.js';
import { newId } from '../src/base/new-id.js';
import { readPosition, writePosition } from '../src/messaging/offsets.js';
import { readSettled } from '../src/messaging/outbox-reader.js';
import { Relay, relayOnce, type RelayTarget } from '../src/messaging/relay.js';

const TENANCY: readonly TopicName[] = [TOPICS.tenancy.name];
const START = { major: 0n, minor: 0n };
const RELAY = { consumer: 'relay', source: 'outbox', partition: 0 } as const;

let platform: TestPlatform;
let tenant: TestTenant;

const fresh = (): string => `faults-${newId('evt').slice(-12)}`;
const ledgerOn = (): Promise<Ledger> => createLedger(platform, tenant, fresh());

/** Everything after a position once no transaction holds back any of it. */
const allAfter = (position: Position): Promise<LogRecord[]> =>
  waitFor('the transactions to end', async () => {
    const { records, unsettled } = await readSettled(platform.db.single('main'), TENANCY, position);
    return unsettled ? null : records;
  });

/** What the effects look like when a handler has no inbox: each delivery is an effect. */
const withoutInbox =
  (ledger: Ledger) =>
  async (batch: LogBatch): Promise<void> => {
    for (const record of batch.records) {
      const message = decode(customerChanged, envelope.parse(record.envelope));
      if (message.tenant !== tenant.id) continue;
      await platform.db.tenant(tenant.scope, (tx) => ledger.note(tx, message.data));
    }
  };

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
    const [slow, fast] = [await ledgerOn(), await ledgerOn()];
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
    const [slow, fast] = [await ledgerOn(), await ledgerOn()];
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
  const allRecords = (): Promise<LogRecord[]> => allAfter(START);

  test('a message that comes several times and in any order has one effect', async () => {
    const ledger = await ledgerOn();
    await ledger.write(20);
    const records = await allRecords();
    await apply(ledger, redelivered([...records].reverse()));
    for (const record of redelivered(records)) await apply(ledger, [record]);
    const { lost, doubled } = await ledger.check();
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
  });

  test('control: without an inbox redelivered messages double, and the checker says so', async () => {
    const ledger = await ledgerOn();
    await ledger.write(20);
    const batch = { source: 'test', partition: 0, shard: 'main' } as const;
    await withoutInbox(ledger)({ ...batch, records: redelivered(await allRecords()) });
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
    const ledger = await ledgerOn();
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
});

describe.runIf(await distributedHere())('the line through Kafka', () => {
  let kafka: RunningKafka;
  let log: KafkaEventLog;

  beforeAll(async () => {
    kafka = await startKafka({ dir: join(scratchDir(), `faults-${process.pid}`) });
    log = new KafkaEventLog({ brokers: kafka.brokers, replication: 1, clientId: 'faults' }, SILENT);
    platform = await createTestPlatform({ eventLog: () => log });
    tenant = await createTestTenant(platform);
    await log.prepare();
  });
  afterAll(async () => {
    await platform.destroy();
    await kafka.stop();
  });

  const relayTo = (target: RelayTarget): Relay => {
    const relay = new Relay({ ...platform, target }, 'main');
    relay.start();
    return relay;
  };
  const parts = () => ({ ...platform, log });
  const relayedTo = (): Promise<Position> => readPosition(platform.db.single('main'), RELAY);
  const unsent = async (): Promise<LogRecord[]> => allAfter(await relayedTo());
  const relayAll = async (target: RelayTarget): Promise<void> => {
    while ((await unsent()).length > 0) await relayOnce({ ...platform, target }, 'main');
  };
  /** Consumes with a handler that dies after its work and before the log hears of it, on each of the first batches. */
  const dying = (
    ledger: Ledger,
    deaths: number,
    handle: (batch: LogBatch) => Promise<void>,
  ): Promise<Consumption> => {
    let left = deaths;
    return log.consume({
      consumer: ledger.consumer.name,
      topics: TENANCY,
      handle: async (batch) => {
        await handle(batch);
        if (left <= 0) return;
        left -= 1;
        throw new Error('died before acknowledging');
      },
    });
  };

  test('a worker that dies between effect and acknowledgement has each effect once', async () => {
    const ledger = await ledgerOn();
    await ledger.write(30);
    await relayAll(log);
    const inbox = new Inbox(parts(), ledger.consumer);
    const reader = await dying(ledger, 4, (batch) => inbox.handle(batch));
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await ledger.write(5);
    await relayAll(log);
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await reader.stop();
  });

  test('control: a worker without an inbox doubles what it did before it died, and the checker says so', async () => {
    const ledger = await ledgerOn();
    await ledger.write(30);
    await relayAll(log);
    const reader = await dying(ledger, 4, withoutInbox(ledger));
    await waitFor('a doubled effect', async () => (await ledger.check()).doubled > 0);
    expect((await ledger.settled()).doubled).toBeGreaterThan(0);
    await reader.stop();
  });

  test('a relay killed after sending and before noting its position sends again, and nothing is lost or doubled', async () => {
    const ledger = await ledgerOn();
    let sends = 0;
    const fragile: RelayTarget = {
      send: async (batches) => {
        sends += 1;
        await log.send(batches);
        if (sends % 2 === 1) throw new Error('killed after sending');
      },
    };
    const consumption = await startConsumer(parts(), ledger.consumer);
    for (let round = 0; round < 4; round += 1) {
      await ledger.write(5);
      await unsent();
      await expect(relayOnce({ ...platform, target: fragile }, 'main')).rejects.toThrow(
        'killed after sending',
      );
      await relayOnce({ ...platform, target: fragile }, 'main');
    }
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await consumption.stop();
  });

  test('control: a relay that notes its position before it sends loses, and the checker says so', async () => {
    const ledger = await ledgerOn();
    await relayAll(log);
    await ledger.write(5);
    const records = await unsent();
    const last = records.at(-1);
    expect(records).toHaveLength(5);
    await platform.db.shard('main', async (tx) =>
      writePosition(tx, { ...RELAY, position: last?.position ?? START }),
    );
    // Killed here; the next relay goes on behind what was noted.
    const after = await ledgerOn();
    await after.write(5);
    await relayAll(log);
    const consumption = [
      await startConsumer(parts(), ledger.consumer),
      await startConsumer(parts(), after.consumer),
    ];
    await after.settled();
    expect((await ledger.check()).lost).toBe(5);
    await Promise.all(consumption.map((one) => one.stop()));
  });

  /** Counts what goes to the broker, for the inboxes would hide what was sent twice. */
  const counting = () => {
    const counter = {
      sent: 0,
      send: async (batches: readonly KafkaSend[]) => {
        await log.send(batches);
        counter.sent += batches.reduce((sum, batch) => sum + batch.messages.length, 0);
      },
    };
    return counter;
  };

  test('two relays at once send each row once', async () => {
    const ledger = await ledgerOn();
    const target = counting();
    const relays = [relayTo(target), relayTo(target)];
    const consumption = await startConsumer(parts(), ledger.consumer);
    await ledger.write(100);
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await Promise.all(relays.map((relay) => relay.stop()));
    expect(target.sent).toBe(100);
    await consumption.stop();
  });

  test('control: two relays without the lock send rows twice, and the count says so', async () => {
    const ledger = await ledgerOn();
    await ledger.write(10);
    const target = counting();
    const records = await unsent();
    const lockless = async (): Promise<void> => {
      const messages = records.map(({ envelope: value }) => ({ key: 'k', value: JSON.stringify(value) }));
      await target.send([{ topic: TOPICS.tenancy.name, messages }]);
    };
    await Promise.all([lockless(), lockless()]);
    expect(target.sent).toBe(20);
    await relayAll(log);
  });

  test('Kafka is gone for 30 s while writers go on: nothing is lost, nothing doubled', async () => {
    const ledger = await ledgerOn();
    const relay = relayTo(log);
    const consumption = await startConsumer(parts(), ledger.consumer);
    await ledger.write(10);
    await ledger.settled();
    const dualWrite = { lost: 0, written: 0 };
    await kafka.kill();
    const end = performance.now() + OUTAGE_MS;
    while (performance.now() < end) {
      await ledger.write(2);
      await writeBoth(dualWrite);
    }
    await kafka.restart();
    await ledger.write(10);
    expect(await ledger.settled(OUTAGE_MS)).toEqual(FLAWLESS);
    await consumption.stop();
    await relay.stop();
    // Control: whoever commits and then sends has lost every message of the outage.
    expect(dualWrite.written).toBeGreaterThan(0);
    expect(dualWrite.lost).toBe(dualWrite.written);
  }, 90_000);

  const writeBoth = async (count: { lost: number; written: number }): Promise<void> => {
    count.written += 1;
    const impatient = new KafkaEventLog({ brokers: kafka.brokers, replication: 1, clientId: 'dual' }, SILENT);
    try {
      await impatient.send([{ topic: TOPICS.payments.name, messages: [{ key: 'dual', value: '{}' }] }]);
    } catch {
      count.lost += 1;
    } finally {
      await impatient.close();
    }
  };
});

const OUTAGE_MS = 30_000;
