import { cacheDirectory } from './kafka.js';
import { kafkaJars } from './kafka-jars.js';
import { findRedis, installRedis } from './redis.js';

/** Whether the distributed mode's real Redis and Kafka can run on this machine, and what is missing if not. */
export type Requirements = { readonly ok: true } | { readonly ok: false; readonly missing: string[] };

/** Finds or installs what the distributed mode needs besides Postgres: redis-server, Java and the Kafka broker. */
export const requireDistributed = async (): Promise<Requirements> => {
  const [redis, kafka] = await Promise.all([redisReason(), kafkaJars(cacheDirectory())]);
  const missing = [redis, kafka.ok ? undefined : kafka.reason].filter((reason) => reason !== undefined);
  return missing.length === 0 ? { ok: true } : { ok: false, missing };
};

/** A block nobody overlooks: tests of the distributed mode do not run on this machine. */
export const announceMissing = (missing: readonly string[]): string => {
  const bar = '!'.repeat(BAR_COLUMNS);
  const lines = missing.map((reason) => `!! ${reason}`);
  return [bar, '!! The distributed mode cannot run here:', ...lines, bar].join('\n');
};

const BAR_COLUMNS = 78;

const redisReason = async (): Promise<string | undefined> => {
  if ((await findRedis()) !== null) return undefined;
  const installed = await installRedis().catch((error: Error) => error);
  if (typeof installed === 'string') return undefined;
  const why = installed instanceof Error ? `: ${installed.message.split('\n')[0]}` : '';
  return `redis-server is not on the PATH, REDIS_SERVER_BIN is not set and it could not be installed${why}`;
};
