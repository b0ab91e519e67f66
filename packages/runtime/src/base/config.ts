import { z } from 'zod';

const SECRET_MIN = 32;
const secret = z.string().min(SECRET_MIN, `must have at least ${SECRET_MIN} characters`);
const port = z.coerce.number().int().min(0).max(65_535);
const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string()));
const broker = z.string().regex(/^[^\s:/]+:\d{1,5}$/, { error: 'is a list like host:port,host:port' });

/** What every service process reads from its environment. Each option is documented here, where it is read. */
const schema = z.object({
  /** Login of the services: postgres://tollgate_app:…@host/tollgate. May switch to tenant roles, owns nothing. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Login that owns the schemas; only migrations and tenant provisioning use it. */
  DATABASE_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Further shards: `name=postgres://…,name2=postgres://…`. The shard `main` is DATABASE_URL itself. */
  SHARD_URLS: z
    .string()
    .regex(/^([a-z][a-z0-9_]*=postgres(ql)?:\/\/[^,\s]+)(,[a-z][a-z0-9_]*=postgres(ql)?:\/\/[^,\s]+)*$/, {
      error: 'is a list like name=postgres://…,name2=postgres://…',
    })
    .optional(),
  /** Connections to each shard for callers' requests, of which one tenant holds at most half. Default 16. */
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(500).optional(),
  /** Connections to each shard for work in the background, besides. Default 16. */
  DATABASE_WORKER_POOL_MAX: z.coerce.number().int().min(2).max(500).optional(),
  /** Kafka brokers, `host:port,host:port`. Unset: consumers follow the outbox in Postgres. */
  KAFKA_BROKERS: list.pipe(z.array(broker).min(1)).optional(),
  /** Replication factor of topics that are created. */
  KAFKA_REPLICATION: z.coerce.number().int().min(1).max(9).default(1),
  /** Redis for live values. Unset: they live in this process. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** For how many days an idempotency key is remembered; later it counts as new. */
  IDEMPOTENCY_KEEP_DAYS: z.coerce.number().int().min(7).max(36_500).default(90),
  /** For how many days webhooks are kept that were worked off. */
  WEBHOOK_KEEP_DAYS: z.coerce.number().int().min(7).max(36_500).default(90),
  /** For how many days the trail of staff's commands is kept. */
  STAFF_AUDIT_KEEP_DAYS: z.coerce.number().int().min(90).max(36_500).default(1_096),
  /** What this process does: `api` answers, `worker` consumes events and keeps time. */
  ROLE: list.pipe(z.array(z.enum(['api', 'worker'])).min(1)).prefault('api,worker'),
  /** Shared by gateway and subgraphs: signs who is calling. */
  INTERNAL_IDENTITY_SECRET: secret,
  /** Address a subgraph listens on. */
  HOST: z.string().default('127.0.0.1'),
  /** Port a subgraph listens on; 0 picks a free one. */
  PORT: port.default(0),
  /** debug, info, warn or error. */
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** File for the log; unset: standard output. */
  LOG_FILE: z.string().optional(),
  /** OpenTelemetry collector, for example http://localhost:4318/v1/traces. Unset: no traces are sent. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
});

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ServiceConfig {
  readonly databaseUrl: string;
  readonly databaseAdminUrl: string | undefined;
  readonly shards: Readonly<Record<string, string>>;
  readonly poolMax: number | undefined;
  readonly workerPoolMax: number | undefined;
  readonly kafkaBrokers: readonly string[] | undefined;
  readonly kafkaReplication: number;
  readonly redisUrl: string | undefined;
  readonly keep: {
    readonly idempotencyDays: number;
    readonly webhookDays: number;
    readonly staffAuditDays: number;
  };
  readonly roles: ReadonlySet<'api' | 'worker'>;
  readonly identitySecret: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly logFile: string | undefined;
  readonly tracesUrl: string | undefined;
}

/** Every fault of the environment at once, so that nobody fixes them one restart at a time. */
export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults';
  constructor(readonly faults: readonly string[]) {
    super(`the environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** Reads several parts of an environment; throws one `ConfigFaults` with what is wrong in any of them. */
export function readAll(reads: readonly (() => unknown)[]): void {
  const faults = reads.flatMap((read) => {
    try {
      read();
      return [];
    } catch (error) {
      if (error instanceof ConfigFaults) return error.faults;
      throw error;
    }
  });
  if (faults.length > 0) throw new ConfigFaults([...new Set(faults)]);
}

/** Checks an environment against a schema; throws `ConfigFaults` with all of them. */
export function parseEnvironment<S extends z.ZodType>(shape: S, environment: Environment): z.infer<S> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigFaults(
    result.error.issues.map((issue) => {
      // Of a list that is read from one variable, the variable is what is wrong.
      const name = String(issue.path[0]);
      return `${name}: ${name in given ? issue.message : 'is missing'}`;
    }),
  );
}

/** Reads what all services share. */
export function readServiceConfig(environment: Environment): ServiceConfig {
  const env = parseEnvironment(schema, environment);
  return {
    databaseUrl: env.DATABASE_URL,
    databaseAdminUrl: env.DATABASE_ADMIN_URL,
    shards: shardsOf(env.SHARD_URLS),
    poolMax: env.DATABASE_POOL_MAX,
    workerPoolMax: env.DATABASE_WORKER_POOL_MAX,
    kafkaBrokers: env.KAFKA_BROKERS,
    kafkaReplication: env.KAFKA_REPLICATION,
    redisUrl: env.REDIS_URL,
    keep: {
      idempotencyDays: env.IDEMPOTENCY_KEEP_DAYS,
      webhookDays: env.WEBHOOK_KEEP_DAYS,
      staffAuditDays: env.STAFF_AUDIT_KEEP_DAYS,
    },
    roles: new Set(env.ROLE),
    identitySecret: env.INTERNAL_IDENTITY_SECRET,
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    logFile: env.LOG_FILE,
    tracesUrl: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  };
}

function shardsOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
