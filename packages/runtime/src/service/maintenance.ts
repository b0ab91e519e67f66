import type { Database } from '../database/db.js';
import { tryLock } from '../database/lock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { Loop } from '../base/loop.js';
import { pruneRecords, type Keep } from './records.js';

const EVERY_MS = 60 * 60 * 1_000;
const BACKOFF_MS = 60_000;

/** How long the outbox keeps what everybody has read: enough to look back, and less than inboxes remember. */
const OUTBOX_KEEP_DAYS = 7;
/** Beyond this a redelivered message would count as new; topics and, with what it still holds, the outbox forget sooner. */
const INBOX_KEEP_DAYS = 14;
const INBOX_BATCH_MAX = 5_000;
const INBOX_BATCHES_MAX = 1_000;

export interface Upkeep {
  readonly created: number;
  readonly dropped: number;
  readonly pruned: number;
}

/**
 * Hourly upkeep of every shard: the outbox's partitions come and go by day, old inbox rows go, and once a day other old
 * records. Any number may run.
 */
export class Maintenance extends Loop {
  constructor(
    private readonly parts: { readonly db: Database; readonly logger: Logger; readonly keep: Keep },
  ) {
    super('timers', BACKOFF_MS);
  }

  protected override async round(): Promise<void> {
    for (const shard of this.parts.db.shards) await this.#tend(shard);
    await this.notifier.pause(EVERY_MS);
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ error: messageOf(error) }, 'upkeep failed, trying again');
  }

  async #tend(shard: string): Promise<void> {
    const done = await tendShard(this.parts.db, shard);
    if (done !== null) this.parts.logger.info({ shard, ...done }, 'upkeep done');
    const pruned = await pruneRecords(this.parts.db, shard, this.parts.keep);
    if (pruned !== null) this.parts.logger.info({ shard, ...pruned }, 'old records forgotten');
  }
}

/** One round of upkeep; null where somebody else is at it. */
export async function tendShard(db: Database, shard: string): Promise<Upkeep | null> {
  const rotated = await db.shard(shard, async (tx) => {
    if (!(await tryLock(tx, 'maintenance', shard))) return null;
    const [row] = await tx.query<{ created: number; dropped: number }>(
      'SELECT created, dropped FROM {s}.rotate_outbox($1)',
      [OUTBOX_KEEP_DAYS],
    );
    return row ?? { created: 0, dropped: 0 };
  });
  return rotated === null ? null : { ...rotated, pruned: await pruneInbox(db, shard) };
}

/** In small transactions, for a long one would hold back every reader of the outbox. */
async function pruneInbox(db: Database, shard: string): Promise<number> {
  let pruned = 0;
  for (let batch = 0; batch < INBOX_BATCHES_MAX; batch += 1) {
    const rows = await db.shard(shard, (tx) => tx.query(PRUNE_SQL, [INBOX_KEEP_DAYS, INBOX_BATCH_MAX]));
    pruned += rows.length;
    if (rows.length < INBOX_BATCH_MAX) break;
  }
  return pruned;
}

const PRUNE_SQL = `
  DELETE FROM {s}.inbox WHERE (consumer, message_id) IN (
    SELECT consumer, message_id FROM {s}.inbox
    WHERE recorded_at < least(now() - make_interval(days => $1), {s}.outbox_since() AT TIME ZONE 'UTC') ORDER BY recorded_at LIMIT $2)
  RETURNING 1`;
