import type { TopicName } from '@tollgate/contracts/topics';
import type { Database, Queryable } from './db.js';
import { LOG_BATCH_MAX, type LogRecord, type Position } from './event-log.js';

interface OutboxRow {
  xid: bigint;
  id: bigint;
  topic: TopicName;
  key: string;
  envelope: string;
  settled: boolean;
  age_s: number;
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
  db: Database,
  shard: string,
  topics: readonly TopicName[],
  after: Position,
): Promise<{ records: OutboxRecord[]; unsettled: boolean }> {
  return db.shard(shard, (tx) => readSettledIn(tx, topics, after));
}

/** The same inside a transaction that the caller holds. */
export async function readSettledIn(
  tx: Queryable,
  topics: readonly TopicName[],
  after: Position,
): Promise<{ records: OutboxRecord[]; unsettled: boolean }> {
  const rows = await tx.query<OutboxRow>(READ_SQL, [
    topics,
    after.major.toString(),
    after.minor.toString(),
    LOG_BATCH_MAX,
  ]);
  const open = rows.findIndex((row) => !row.settled);
  const settled = open < 0 ? rows : rows.slice(0, open);
  return { records: settled.map(recordOf), unsettled: open >= 0 };
}

const READ_SQL = `
  SELECT xid::text::bigint AS xid, id, topic, key, envelope,
         xid < pg_snapshot_xmin(pg_current_snapshot()) AS settled,
         extract(epoch FROM clock_timestamp() - created_at)::float8 AS age_s
  FROM {s}.outbox
  WHERE (xid, id) > ($2::text::xid8, $3::bigint) AND topic = ANY($1)
  ORDER BY xid, id LIMIT $4`;

function recordOf(row: OutboxRow): OutboxRecord {
  return {
    position: { major: row.xid, minor: row.id },
    envelope: JSON.parse(row.envelope) as unknown,
    topic: row.topic,
    key: row.key,
    text: row.envelope,
    ageSeconds: row.age_s,
  };
}
