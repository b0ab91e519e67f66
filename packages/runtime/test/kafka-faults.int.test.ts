import { join } from 'node:path';
import { TOPICS } from '@tollgate/contracts/topics';
import { startKafka, type RunningKafka } from '@tollgate/local/kafka';
import { distributedHere } from '@tollgate/testing/distributed';
import { FLAWLESS, type Ledger } from '@tollgate/testing/ledger';
import { scratchDir } from '@tollgate/testing/services';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SILENT } from '../src/base/log.js';
import { startConsumer } from '../src/messaging/consume.js';
import type { Consumption, LogBatch, LogRecord, Position } from '../src/messaging/event-log.js';
import { Inbox } from '../src/messaging/inbox.js';
import { KafkaEventLog, type KafkaSend } from '../src/messaging/kafka.js';
import { readPosition, writePosition } from '../src/messaging/offsets.js';
import { Relay, relayOnce, type RelayTarget } from '../src/messaging/relay.js';
import { allAfter, ledgerOn, START, TENANCY, withoutInbox } from './faulty.js';

const RELAY = { consumer: 'relay', source: 'outbox', partition: 0 } as const;
const OUTAGE_MS = 30_000;
/** The outage, a broker that takes its time to come back, and all that waited. */
const GONE_TEST_MAX_MS = 180_000;

let platform: TestPlatform;
let tenant: TestTenant;

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
  const unsent = async (): Promise<LogRecord[]> => allAfter({ platform, tenant }, await relayedTo());
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
    const ledger = await ledgerOn({ platform, tenant });
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
    const ledger = await ledgerOn({ platform, tenant });
    await ledger.write(30);
    await relayAll(log);
    const reader = await dying(ledger, 4, withoutInbox({ platform, tenant }, ledger));
    await waitFor('a doubled effect', async () => (await ledger.check()).doubled > 0);
    expect((await ledger.settled()).doubled).toBeGreaterThan(0);
    await reader.stop();
  });

  test('a relay killed after sending and before noting its position sends again, and nothing is lost or doubled', async () => {
    const ledger = await ledgerOn({ platform, tenant });
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
    const ledger = await ledgerOn({ platform, tenant });
    await relayAll(log);
    await ledger.write(5);
    const records = await unsent();
    const last = records.at(-1);
    expect(records).toHaveLength(5);
    await platform.db.shard('main', async (tx) =>
      writePosition(tx, { ...RELAY, position: last?.position ?? START }),
    );
    // Killed here; the next relay goes on behind what was noted.
    const after = await ledgerOn({ platform, tenant });
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
    const ledger = await ledgerOn({ platform, tenant });
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
    const ledger = await ledgerOn({ platform, tenant });
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

  test(
    'Kafka is gone for 30 s while writers go on: nothing is lost, nothing doubled',
    async () => {
      const ledger = await ledgerOn({ platform, tenant });
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
    },
    GONE_TEST_MAX_MS,
  );

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
