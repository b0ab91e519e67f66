import { describe } from 'vitest';
import { eventLogContract } from '@tollgate/testing/contracts/event-log';
import { distributedHere } from '@tollgate/testing/distributed';
import { sharedKafka } from '@tollgate/testing/services';
import { createTestPlatform } from '@tollgate/testing/stack';
import { KafkaEventLog } from '../src/messaging/kafka.js';
import { SILENT } from '../src/base/log.js';
import { Relay } from '../src/messaging/relay.js';

eventLogContract('Postgres', async () => {
  const platform = await createTestPlatform();
  return { platform, close: () => platform.destroy() };
});

describe.runIf(await distributedHere())('with a broker', () => {
  eventLogContract('Kafka', async () => {
    const { brokers } = await sharedKafka();
    const kafka = new KafkaEventLog({ brokers, replication: 1, clientId: 'contract' }, SILENT);
    const platform = await createTestPlatform({ eventLog: () => kafka });
    const relay = new Relay({ ...platform, target: kafka }, 'main');
    relay.start();
    return {
      platform,
      close: async () => {
        await relay.stop();
        await platform.destroy();
      },
    };
  });
});
