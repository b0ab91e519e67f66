import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { parserOf } from './rows.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Longer than any statement may run: whoever does not answer by then is not there any more. */
const ANSWER_MARGIN_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** A new connection costs as much as a hundred statements, and has prepared none. */
const IDLE_MAX_MS = 60_000;
/** A transaction that somebody forgot would hold back every reader of the outbox. */
const IDLE_IN_TRANSACTION_MAX_MS = 60_000;

/** How processes call themselves to Postgres, each by a name of its own: they can see who else is there. */
export const APPLICATIONS = 'tollgate-';
export const APPLICATION = `${APPLICATIONS}${process.pid}-${randomBytes(4).toString('hex')}`;

export type Pool = pg.Pool;

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  /** What runs longer is cancelled; null = nothing is. */
  readonly statementMaxMs: number | null;
}

const SETTINGS = [
  // Prisma's adapter reads and writes instants as if every session were in UTC.
  'timezone=UTC',
  // A plan is kept while its table grows: one that was made when the table was tiny must not read all of it later.
  'enable_seqscan=off',
  // Planned once for all values: to plan a lookup of one row takes twice as long as to do it. Conditions that are not
  // asked for are left out of a text, not switched off by a value.
  'plan_cache_mode=force_generic_plan',
  // Statements are short, and where a table has to be read as a whole its estimated cost would call the compiler.
  'jit=off',
] as const;

/** Connections whose rows are in our own terms: instants and dates as canonical text, 64-bit integers as bigint. */
export function createPool({ url, max, statementMaxMs }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MAX_MS,
    // A network that goes silent ends no connection by itself, and nobody may wait for it for ever.
    ...(statementMaxMs === null
      ? {}
      : { statement_timeout: statementMaxMs, query_timeout: statementMaxMs + ANSWER_MARGIN_MS }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MAX_MS,
    application_name: APPLICATION,
    options: SETTINGS.map((setting) => `-c ${setting}`).join(' '),
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // An idle connection that dies is replaced by the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}
