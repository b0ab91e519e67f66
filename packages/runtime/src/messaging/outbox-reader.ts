import type { TopicName } from '@tollgate/contracts/topics';
import type { Queryable } from '../database/db.js';
import { LOG_BATCH_MAX, parsedJson, type LogRecord, type Position } from './event-log.js';
import { takeOwn } from './own-messages.js';

interface OutboxRow {
  horizon: bigint;
  xid: bigint | null;
  id: bigint;
  topic: TopicName;
  key: string;
  message_id: string;
  envelope: string;
  settled: boolean;
  age_s: number;
}

export interface SettledRows {
  readonly records: OutboxRecord[];
  /** There are rows of transactions that still run, or that an older one holds back. */
  readonly unsettled: boolean;
  /** Nothing that matches can appear at or before this position any more, when there are no records. */
  readonly horizon: Position;
}

export interface OutboxRecord extends LogRecord {
  readonly topic: TopicName;
  readonly key: string;
  /** The envelope as it was written: what the relay sends. */
  readonly text: string;
  readonly ageSeconds: number;
}

/**
 * Rows after a position whose transactions are all over. Ids are handed out before commit, so "id > last" alone
 * skips rows of slower transactions for ever; below the oldest running transaction nothing can appear any more,
 * and (transaction, id) is a final order.
 */
export async function readSettled(
  shard: Queryable,
  topics: readonly TopicName[],
  after: Position,
): Promise<SettledRows> {
  const parameters = [topics, ...parametersOf(after), LOG_BATCH_MAX, LOG_READ_MAX_BYTES];
  return settledOf(await shard.query<OutboxRow>(READ_SQL, parameters));
}

/** A position as two parameters. */
export function parametersOf({ major, minor }: Position): readonly [string, string] {
  return [major.toString(), minor.toString()];
}

/** Whether there are rows after a position, settled or not. $1, $2 position, $3 topics. */
export const WHEN_MORE_SQL = `
  SELECT clock_timestamp() FROM {s}.outbox
  WHERE (xid, id) > ($1::text::xid8, $2::bigint) AND topic = ANY($3) LIMIT 1`;

function settledOf(rows: readonly OutboxRow[]): SettledRows {
  const found = rows.filter((row): row is OutboxRow & { xid: bigint } => row.xid !== null);
  const open = found.findIndex((row) => !row.settled);
  const settled = open < 0 ? found : found.slice(0, open);
  const horizon = { major: rows[0]?.horizon ?? 0n, minor: 0n };
  return { records: settled.map(recordOf), unsettled: open >= 0, horizon };
}

/** One at least, and else no more text than this at once: many readers read at the same time. */
const LOG_READ_MAX_BYTES = 8 * 1024 * 1024;

/** Always one row at least: the horizon belongs to the very snapshot that found nothing below it. */
const READ_SQL = `
  SELECT h.xmin::text::bigint AS horizon, o.xid::text::bigint AS xid, o.id, o.topic, o.key, o.message_id, o.envelope,
         o.xid < h.xmin AS settled, extract(epoch FROM clock_timestamp() - o.created_at)::float8 AS age_s
  FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) h
  LEFT JOIN LATERAL (
    SELECT * FROM (
      SELECT *, row_number() OVER turn AS nth, sum(octet_length(envelope)) OVER turn AS bytes
      FROM (
        SELECT * FROM {s}.outbox
        WHERE (xid, id) > ($2::text::xid8, $3::bigint) AND topic = ANY($1)
        ORDER BY xid, id LIMIT $4) next
      WINDOW turn AS (ORDER BY xid, id)) counted
    WHERE nth = 1 OR bytes <= $5) o ON true
  ORDER BY o.xid, o.id`;

function recordOf(row: OutboxRow & { xid: bigint }): OutboxRecord {
  return {
    position: { major: row.xid, minor: row.id },
    envelope: takeOwn(row.message_id, row.envelope) ?? parsedJson(row.envelope),
    topic: row.topic,
    key: row.key,
    text: row.envelope,
    ageSeconds: row.age_s,
  };
}
