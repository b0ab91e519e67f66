import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '@tollgate/local/databases';
import { startKafka, type RunningKafka } from '@tollgate/local/kafka';
import { startRedis, type RunningRedis } from '@tollgate/local/redis';
import { inject } from 'vitest';
import './global-setup.js';

/** Superuser URL of the run's Postgres. */
export const testPostgresUrl = (): string => inject('postgresUrl');

/** A directory of the run's own, removed after it. */
export const scratchDir = (): string => inject('scratchDir');

/** An empty database that nobody else uses. */
export const freshDatabase = async (): Promise<{ url: string; drop(): Promise<void> }> => {
  const server = testPostgresUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = await createDatabase(server, name);
  return { url, drop: () => dropDatabase(server, name) };
};

let redis: Promise<RunningRedis> | undefined;
let kafka: Promise<RunningKafka> | undefined;

/** A real Redis for this test process, started when first asked for; it ends with the process. */
export const sharedRedis = (): Promise<RunningRedis> => (redis ??= startRedis());

/** A real Kafka broker for this test process, started when first asked for; it ends with the process. */
export const sharedKafka = (): Promise<RunningKafka> =>
  (kafka ??= startKafka({ dir: join(scratchDir(), `kafka-${process.pid}`) }));

/** Ends the shared servers earlier than the process; the next call starts new ones. */
export const stopSharedServices = async (): Promise<void> => {
  const started = [redis, kafka];
  redis = kafka = undefined;
  await Promise.all(started.map(async (each) => (await each)?.stop()));
};
