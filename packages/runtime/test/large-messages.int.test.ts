import { join } from 'node:path';
import { customerChanged, type CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import { TOPICS } from '@tollgate/contracts/topics';
import { startKafka, type RunningKafka } from '@tollgate/local/kafka';
import { distributedHere } from '@tollgate/testing/distributed';
import { scratchDir } from '@tollgate/testing/services';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SILENT } from '../src/base/log.js';
import { newId } from '../src/base/new-id.js';
import { on, startConsumer } from '../src/messaging/consume.js';
import { listDeadLetters, requestReplay } from '../src/messaging/dead-letters.js';
import { KafkaEventLog } from '../src/messaging/kafka.js';
import { outgoing, publish } from '../src/messaging/outbox.js';
import { readSettled } from '../src/messaging/outbox-reader.js';
import { relayOnce } from '../src/messaging/relay.js';
import { resendDue } from '../src/messaging/sending.js';
import { START, TENANCY } from './faulty.js';

const MIB = 1024 * 1024;
let platform: TestPlatform;
let tenant: TestTenant;

/** One message that carries so much text. */
const write = async (bytes: number): Promise<string> => {
  const data: CustomerRecord = {
    customerId: newId('cus'),
    revision: 1,
    name: 'x'.repeat(bytes),
    email: null,
    country: 'DE',
    timeZone: 'UTC',
    currency: 'EUR',
    taxId: null,
    address: null,
    externalId: null,
    createdOn: '2024-01-01',
  };
  await platform.db.tenant(tenant.scope, async (tx) =>
    publish(tx, [
      outgoing(customerChanged, { aggregate: data.customerId, occurredAt: await tx.now(), data }),
    ]),
  );
  return data.customerId;
};

describe('the outbox', () => {
  beforeAll(async () => {
    platform = await createTestPlatform();
    tenant = await createTestTenant(platform);
  });
  afterAll(() => platform.destroy());

  test('is read by bytes: large messages come a few at a time, all of them and in order', async () => {
    const written: string[] = [];
    for (let count = 0; count < 7; count += 1) written.push(await write(3 * MIB));
    const read: string[] = [];
    for (let position = START; read.length < written.length;) {
      const { records } = await waitFor('settled rows', async () => {
        const found = await readSettled(platform.db.single('main'), TENANCY, position);
        return found.records.length > 0 && found;
      });
      expect(records.length).toBeLessThanOrEqual(2);
      read.push(...records.map(({ key }) => key.slice(key.indexOf(':') + 1)));
      position = records.at(-1)?.position ?? position;
    }
    expect(read).toEqual(written);
  }, 60_000);
});

describe.runIf(await distributedHere())('topics that were made beforehand', () => {
  let kafka: RunningKafka;
  let log: KafkaEventLog;
  let admin: Admin;

  beforeAll(async () => {
    kafka = await startKafka({ dir: join(scratchDir(), `large-${process.pid}`) });
    admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: Object.values(TOPICS).map(({ name: topic, partitions: numPartitions }) => ({
        topic,
        numPartitions,
        configEntries: [
          { name: 'max.message.bytes', value: '2000' },
          { name: 'cleanup.policy', value: 'delete' },
          { name: 'segment.ms', value: '86400000' },
        ],
      })),
    });
    log = new KafkaEventLog({ brokers: kafka.brokers, replication: 1, clientId: 'large' }, SILENT);
    platform = await createTestPlatform({ eventLog: () => log });
    tenant = await createTestTenant(platform);
  });
  afterAll(async () => {
    await admin.disconnect();
    await platform.destroy();
    await kafka.stop();
  });

  const parts = () => ({ ...platform, target: log });
  const configOf = async (name: string): Promise<string | undefined> => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: TOPICS.tenancy.name }],
    });
    return resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue;
  };

  test('with a small bound stop nobody: what fits goes on in portions, what does not waits and is not lost', async () => {
    const arrived = new Set<string>();
    const consumption = await startConsumer(
      { ...platform, log },
      {
        name: 'large-test',
        subscriptions: [on(customerChanged, async (_tx, { data }) => void arrived.add(data.customerId))],
      },
    );
    const small: string[] = [];
    for (let count = 0; count < 10; count += 1) small.push(await write(10));
    const large = await write(10_000);
    for (let count = 0; count < 10; count += 1) small.push(await write(10));
    await waitFor('all to be relayed', async () => {
      await relayOnce(parts(), 'main');
      return small.every((id) => arrived.has(id));
    });
    const [letter] = await listDeadLetters(platform.db, 'main');
    expect(letter).toMatchObject({ consumer: 'relay', type: 'customer.changed' });
    expect(arrived.has(large)).toBe(false);

    // Whoever starts as a worker gives the topics what they need; what waited is sent when it is due.
    await log.prepare();
    expect(await configOf('max.message.bytes')).toBe(String(16 * MIB));
    expect(await configOf('segment.ms')).toBe('86400000');
    await requestReplay(platform.db, 'main', 'all');
    await resendDue(parts(), 'main');
    await waitFor('the large one', () => arrived.has(large));
    expect(await listDeadLetters(platform.db, 'main')).toEqual([]);
    await consumption.stop();
  }, 60_000);
});
