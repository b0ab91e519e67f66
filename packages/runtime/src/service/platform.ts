import type { ServiceConfig } from '../base/config.js';
import { Database } from '../database/db.js';
import type { EventLog } from '../messaging/event-log.js';
import { PostgresEventLog } from '../messaging/event-log-postgres.js';
import { KafkaEventLog } from '../messaging/kafka.js';
import type { LiveStore } from '../live/live.js';
import { MemoryLiveStore } from '../live/live-memory.js';
import { createLogger, type Logger } from '../base/log.js';
import { Maintenance } from './maintenance.js';
import { createMetrics, type Metrics } from '../base/metrics.js';
import { RedisLiveStore } from '../live/redis.js';
import { Relay } from '../messaging/relay.js';
import { startTracing } from '../base/trace.js';
import { ClockWorker } from '../timers/clock-worker.js';
import { testClockChannel } from '@tollgate/contracts/live';

/** What a process gives to the subgraphs in it: the ports, with the adapters that its environment names. */
export interface Platform {
  readonly roles: ReadonlySet<'api' | 'worker'>;
  readonly db: Database;
  readonly eventLog: EventLog;
  readonly live: LiveStore;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly identitySecret: string;
  /** Starts what the shards need once per process: upkeep, test clocks, and the relay where there is a broker. */
  startRelay(): void;
  close(): Promise<void>;
}

/** Opens the adapters. Does not wait for Kafka or Redis to be there; Postgres is needed at the first query. */
export async function createPlatform(config: ServiceConfig, name: string): Promise<Platform> {
  const logger = createLogger({ level: config.logLevel, file: config.logFile, name });
  const metrics = createMetrics({ defaults: true });
  const db = new Database({
    url: config.databaseUrl,
    adminUrl: config.databaseAdminUrl,
    shards: config.shards,
    poolMax: config.poolMax,
    workerPoolMax: config.workerPoolMax,
  });
  const { workers } = db;
  const kafka = kafkaOf(config, name, logger);
  const eventLog = kafka ?? new PostgresEventLog(workers, logger);
  const live =
    config.redisUrl === undefined ? new MemoryLiveStore() : new RedisLiveStore(config.redisUrl, logger);
  const tracing =
    config.tracesUrl === undefined ? undefined : startTracing({ url: config.tracesUrl, service: name });
  // Not waited for: whoever asks is answered without a broker. Topics that cannot be used end the process.
  if (config.roles.has('worker')) void eventLog.prepare();
  const relays =
    kafka === undefined
      ? []
      : db.shards.map((shard) => new Relay({ db: workers, target: kafka, logger, metrics }, shard));
  const tell = (tenantId: string): Promise<void> => live.publish(testClockChannel(tenantId), '');
  const jobs = [
    ...relays,
    new Maintenance({ db: workers, logger, keep: config.keep }),
    new ClockWorker({ db: workers, logger, tell }),
  ];
  return {
    roles: config.roles,
    db,
    eventLog,
    live,
    logger,
    metrics,
    identitySecret: config.identitySecret,
    startRelay: () => jobs.forEach((job) => job.start()),
    close: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await eventLog.close();
      await live.close();
      await db.close();
      await tracing?.stop();
    },
  };
}

function kafkaOf(config: ServiceConfig, name: string, logger: Logger): KafkaEventLog | undefined {
  if (config.kafkaBrokers === undefined) return undefined;
  const options = {
    brokers: config.kafkaBrokers,
    replication: config.kafkaReplication,
    clientId: `tollgate-${name}`,
  };
  return new KafkaEventLog(options, logger);
}
