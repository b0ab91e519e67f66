import type { Envelope } from '@tollgate/contracts/envelope';
import { Inbox, type ConsumerOptions, type ConsumerParts } from './consume.js';
import type { Database } from './db.js';
import { messageOf } from './errors.js';
import { Loop } from './loop.js';

const POLL_MS = 1_000;
const BATCH_MAX = 100;

export interface DeadLetter {
  readonly id: bigint;
  readonly consumer: string;
  readonly message_id: string;
  readonly tenant_id: string;
  readonly type: string;
  readonly error: string;
  readonly attempts: number;
  readonly failed_at: string;
}

/** What lies aside on a shard, oldest first. */
export async function listDeadLetters(db: Database, shard: string): Promise<DeadLetter[]> {
  return db.shard(shard, (tx) =>
    tx.query<DeadLetter>(
      `SELECT id, consumer, message_id, tenant_id, envelope::jsonb ->> 'type' AS type, error, attempts, failed_at
       FROM {s}.dead_letter ORDER BY id LIMIT $1`,
      [BATCH_MAX],
    ),
  );
}

/** Asks the consumer's worker to apply these again; returns how many were found. */
export async function requestReplay(
  db: Database,
  shard: string,
  ids: readonly bigint[] | 'all',
): Promise<number> {
  const rows = await db.shard(shard, (tx) =>
    tx.query(
      `UPDATE {s}.dead_letter SET replay_requested_at = clock_timestamp() WHERE $1::bigint[] IS NULL OR id = ANY($1) RETURNING id`,
      [ids === 'all' ? null : ids.map(String)],
    ),
  );
  return rows.length;
}

/** Applies again what an operator asked for. What fails once more stays, with its new error. */
export class DeadLetterWorker extends Loop {
  readonly #inboxes: ReadonlyMap<string, Inbox>;

  constructor(
    private readonly parts: ConsumerParts,
    consumers: readonly ConsumerOptions[],
  ) {
    super('timers', POLL_MS);
    this.#inboxes = new Map(consumers.map((options) => [options.name, new Inbox(parts, options)]));
  }

  protected override async round(): Promise<void> {
    for (const shard of this.parts.db.shards) await this.#replayRequested(shard);
    await this.snooze.pause(POLL_MS);
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ error: messageOf(error) }, 'looking for replays failed');
  }

  async #replayRequested(shard: string): Promise<void> {
    const rows = await this.parts.db.shard(shard, (tx) =>
      tx.query<{ id: bigint; consumer: string; envelope: string }>(
        `SELECT id, consumer, envelope FROM {s}.dead_letter
         WHERE replay_requested_at IS NOT NULL AND consumer = ANY($1) ORDER BY id LIMIT $2`,
        [[...this.#inboxes.keys()], BATCH_MAX],
      ),
    );
    for (const row of rows) await this.#replay(shard, row);
  }

  async #replay(shard: string, row: { id: bigint; consumer: string; envelope: string }): Promise<void> {
    try {
      await this.#inboxes.get(row.consumer)?.replay(JSON.parse(row.envelope) as Envelope);
      await this.parts.db.shard(shard, (tx) =>
        tx.query('DELETE FROM {s}.dead_letter WHERE id = $1', [row.id.toString()]),
      );
      this.parts.logger.info({ consumer: row.consumer, id: row.id.toString() }, 'dead letter replayed');
    } catch (error) {
      await this.parts.db.shard(shard, (tx) =>
        tx.query(
          `UPDATE {s}.dead_letter SET replay_requested_at = NULL, attempts = attempts + 1, error = $2 WHERE id = $1`,
          [row.id.toString(), messageOf(error)],
        ),
      );
    }
  }
}
