import { TOPICS } from '@tollgate/contracts/topics';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { startKafka } from '@tollgate/local/kafka';
import { freePort } from '@tollgate/local/ports';
import { distributedHere } from '@tollgate/testing/distributed';
import { scratchDir } from '@tollgate/testing/services';
import { createTestPlatform, TEST_IDENTITY_SECRET, type TestPlatform } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readServiceConfig } from '../src/base/config.js';
import { serveSubgraph } from '../src/graphql/server.js';
import { on } from '../src/messaging/consume.js';
import { createPlatform } from '../src/service/platform.js';
import { startSubgraph } from '../src/service/subgraph.js';

const START_MAX_MS = 5_000;

let database: TestPlatform;
beforeAll(async () => {
  database = await createTestPlatform();
});
afterAll(() => database.destroy());

/** A service process's parts, with a broker and a Redis at these ports, whether or not there are any. */
const start = async (kafkaPort: number, redisPort: number) => {
  const config = readServiceConfig({
    DATABASE_URL: database.appUrl,
    INTERNAL_IDENTITY_SECRET: TEST_IDENTITY_SECRET.padEnd(64, 'x'),
    KAFKA_BROKERS: `127.0.0.1:${kafkaPort}`,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    LOG_FILE: join(scratchDir(), `readiness-${process.pid}.log`),
  });
  const platform = await createPlatform(config, 'readiness');
  const subgraph = await startSubgraph(platform, {
    name: 'probe',
    typeDefs: 'type Query { hello: String }',
    resolvers: {},
    consumers: [{ name: 'readiness', subscriptions: [on(customerChanged, async () => undefined)] }],
  });
  const server = await serveSubgraph({
    ...platform,
    endpoint: subgraph.endpoint,
    host: '127.0.0.1',
    port: 0,
  });
  const ready = async (): Promise<number> => (await fetch(`${server.url}/ready`)).status;
  const stop = async (): Promise<void> => {
    await server.stop();
    await subgraph.stop();
    await platform.close();
  };
  return { ready, stop };
};

test('a worker answers and is ready although neither its broker nor its Redis is there', async () => {
  const startedAt = performance.now();
  const { ready, stop } = await start(await freePort(), await freePort());
  expect(await ready()).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(START_MAX_MS);
  await stop();
});

test.runIf(await distributedHere())(
  'a broker that comes later finds its topics made',
  async () => {
    const port = await freePort();
    const { ready, stop } = await start(port, await freePort());
    expect(await ready()).toBe(200);
    const kafka = await startKafka({ dir: join(scratchDir(), `late-${process.pid}`), port });
    const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await waitFor('the topics', async () => (await admin.listTopics()).includes(TOPICS.usage.name));
    await admin.disconnect();
    await stop();
    await kafka.stop();
  },
  60_000,
);
