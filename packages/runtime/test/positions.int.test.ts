import { join } from 'node:path';
import { meterCreated } from '@tollgate/contracts/usage/meter';
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
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SILENT } from '../src/base/log.js';
import { on, startConsumer, type ConsumerOptions } from '../src/messaging/consume.js';
import type { Consumption } from '../src/messaging/event-log.js';
import { KafkaEventLog } from '../src/messaging/kafka.js';
import { Relay } from '../src/messaging/relay.js';
import { ledgerOn } from './faulty.js';

let platform: TestPlatform;
let tenant: TestTenant;

const start = (consumer: ConsumerOptions): Promise<Consumption> =>
  startConsumer({ ...platform, log: platform.eventLog }, consumer);
/** The inbox forgets after two weeks; here it does at once. */
const forgetInbox = ({ consumer }: Ledger): Promise<unknown> =>
  platform.db.shard('main', (tx) => tx.query('DELETE FROM {s}.inbox WHERE consumer = $1', [consumer.name]));
const positionsOf = ({ consumer }: Ledger): Promise<{ source: string; partition: number; major: bigint }[]> =>
  platform.db.read('main', 'SELECT source, partition, major FROM {s}.consumer_offset WHERE consumer = $1', [
    consumer.name,
  ]);

describe('a consumer that follows one topic more than before', () => {
  beforeAll(async () => {
    platform = await createTestPlatform();
    tenant = await createTestTenant(platform);
  });
  afterAll(() => platform.destroy());

  test('does nothing again, whatever its inbox forgot, and its earlier note keeps no old rows', async () => {
    const ledger = await ledgerOn({ platform, tenant });
    await ledger.write(20);
    const before = await start(ledger.consumer);
    await ledger.settled();
    await before.stop();
    await forgetInbox(ledger);
    await ledger.write(5);
    const more = on(meterCreated, async () => undefined);
    const after = await start({
      ...ledger.consumer,
      subscriptions: [...ledger.consumer.subscriptions, more],
    });
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await waitFor('the earlier note to be gone', async () => (await positionsOf(ledger)).length === 1);
    await after.stop();
    expect(await positionsOf(ledger)).toMatchObject([
      { source: `outbox:${[TOPICS.tenancy.name, TOPICS.usage.name].join(',')}` },
    ]);
  });
});

describe.runIf(await distributedHere())('a consumer on Kafka', () => {
  let kafka: RunningKafka;
  let log: KafkaEventLog;
  let admin: Admin;
  let relay: Relay;

  beforeAll(async () => {
    kafka = await startKafka({ dir: join(scratchDir(), `positions-${process.pid}`) });
    log = new KafkaEventLog({ brokers: kafka.brokers, replication: 1, clientId: 'positions' }, SILENT);
    platform = await createTestPlatform({ eventLog: () => log });
    tenant = await createTestTenant(platform);
    await log.prepare();
    admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    relay = new Relay({ ...platform, target: log }, 'main');
    relay.start();
  });
  afterAll(async () => {
    await relay.stop();
    await admin.disconnect();
    await platform.destroy();
    await kafka.stop();
  });

  /** A consumer that applied so many, and stopped. */
  const worked = async (count: number): Promise<Ledger> => {
    const ledger = await ledgerOn({ platform, tenant });
    const consumption = await start(ledger.consumer);
    await ledger.write(count);
    await ledger.settled();
    await consumption.stop();
    return ledger;
  };
  const groupOf = ({ consumer }: Ledger): string => `tollgate.${consumer.name}`;

  test('goes on where its effects end when Kafka and its inbox forgot it', async () => {
    const ledger = await worked(20);
    await admin.deleteGroups([groupOf(ledger)]);
    await forgetInbox(ledger);
    const again = await start(ledger.consumer);
    await ledger.write(5);
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await again.stop();
  }, 60_000);

  test('goes back to where its effects end when its database was restored to an earlier point', async () => {
    const ledger = await worked(10);
    const noted = await positionsOf(ledger);
    const more = await start(ledger.consumer);
    await ledger.write(10);
    await ledger.settled();
    await more.stop();
    // The restored database knows nothing of the later ten; Kafka does.
    await platform.db.admin((tx) =>
      tx.query(`DELETE FROM "${tenant.schema}".${ledger.table} WHERE seq > 10`),
    );
    await forgetInbox(ledger);
    for (const { partition, major } of noted)
      await platform.db.shard('main', (tx) =>
        tx.query('UPDATE {s}.consumer_offset SET major = $3 WHERE consumer = $1 AND partition = $2', [
          ledger.consumer.name,
          partition,
          major.toString(),
        ]),
      );
    const restored = await start(ledger.consumer);
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await restored.stop();
  }, 60_000);

  test('reads a topic that was made anew from its beginning', async () => {
    const ledger = await worked(10);
    await platform.db.shard('main', (tx) =>
      tx.query('UPDATE {s}.consumer_offset SET major = 1000000 WHERE consumer = $1', [ledger.consumer.name]),
    );
    await ledger.write(10);
    const again = await start(ledger.consumer);
    expect(await ledger.settled()).toEqual(FLAWLESS);
    await again.stop();
    for (const { major } of await positionsOf(ledger)) expect(Number(major)).toBeLessThan(1_000_000);
  }, 60_000);
});
