import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type Instant, instantFromMs } from '@tollgate/kernel/time/time';
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
/** Longer than any statement may run: whoever does not answer by then is not there any more. */
const ANSWER_MARGIN_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
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

/** Connections whose rows are in our own terms: instants and dates as canonical text, 64-bit integers as bigint. */
export function createPool({ url, max, statementMaxMs }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A network that goes silent ends no connection by itself, and nobody may wait for it for ever.
    ...(statementMaxMs === null
      ? {}
      : { statement_timeout: statementMaxMs, query_timeout: statementMaxMs + ANSWER_MARGIN_MS }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MAX_MS,
    application_name: APPLICATION,
    // Prisma's adapter reads and writes instants as if every session were in UTC.
    options: '-c timezone=UTC',
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // An idle connection that dies is replaced by the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** Sends statements that do not wait for each other in one packet; rejects with the first one's error. */
export function inOneWrite<T extends readonly Promise<unknown>[]>(client: pg.PoolClient, send: () => [...T]) {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
  stream.cork();
  try {
    return Promise.all(send());
  } finally {
    stream.uncork();
  }
}

const OID = { int8: 20, timestamptz: 1184, date: 1082 } as const;

/** Instants as canonical text, 64-bit integers as bigint, dates as text; numerics stay exact text. */
function parserOf(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === OID.int8) return BigInt;
  if (oid === OID.timestamptz) return instantOf;
  if (oid === OID.date) return (text) => text;
  return pg.types.getTypeParser(oid, (format ?? 'text') as 'text') as (text: string) => unknown;
}

/** Sessions are in UTC, so nearly every instant needs its parts put together and nothing else. */
function instantOf(text: string): Instant {
  if (!UTC_TEXT.test(text)) return instantFromMs(Date.parse(normalised(text)));
  const fraction = text.slice(20, -3).slice(0, 3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z` as Instant;
}

const UTC_TEXT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;

/** Postgres writes `2024-01-01 00:00:00.123456+00`; JavaScript wants `T`, three decimals and a full offset. */
function normalised(text: string): string {
  const [, day, time, fraction = '', zone = '+00'] =
    /^(\S+) (\d+:\d+:\d+)(?:\.(\d+))?([+-]\d+(?::\d+)?)?$/.exec(text) ?? [];
  const offset = zone.includes(':') ? zone : `${zone}:00`;
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`;
}
