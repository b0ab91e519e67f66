import type { Envelope } from '@tollgate/contracts/envelope';
import type { ConsumerOptions, ConsumerParts } from './consume.js';
import { Inbox } from './inbox.js';
import type { Database } from '../database/db.js';
import { isRetryable, messageOf } from '../base/errors.js';
import { Loop, type Sentry } from '../base/loop.js';
import { lookFor } from '../database/lookout.js';

const BACKOFF_MS = 1_000;
const BATCH_MAX = 100;
/** A deferred message is tried ever less often, for about two hours; then it is an operator's. */
const DEFER_MAX_S = 60;
const DEFERRALS_MAX = 130;

export interface DeadLetter {
  readonly id: bigint;
  readonly consumer: string;
  readonly message_id: string;
  readonly tenant_id: string;
  readonly type: string;
  readonly error: string;
  readonly attempts: number;
  readonly failed_at: string;
  /** When it is tried again by itself; null = when an operator asks for it. */
  readonly replay_requested_at: string | null;
}

/** What lies aside on a shard, oldest first. */
export async function listDeadLetters(db: Database, shard: string): Promise<DeadLetter[]> {
  return db.shard(shard, (tx) =>
    tx.query<DeadLetter>(
      `SELECT id, consumer, message_id, tenant_id, envelope::jsonb ->> 'type' AS type, error, attempts, failed_at,
              replay_requested_at
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

type Letter = Pick<DeadLetter, 'id' | 'consumer'>;

/** Applies again what was deferred, and what an operator asked for. What fails for good stays, with its new error. */
export class DeadLetterWorker extends Loop {
  readonly #inboxes: ReadonlyMap<string, Inbox>;

  constructor(
    private readonly parts: ConsumerParts,
    consumers: readonly ConsumerOptions[],
  ) {
    super('looks', BACKOFF_MS);
    this.#inboxes = new Map(consumers.map((options) => [options.name, new Inbox(parts, options)]));
  }

  protected override sentry(): Sentry {
    const names = [...this.#inboxes.keys()];
    return lookFor(this.parts.db, { sql: WHEN_DUE_SQL, params: () => (names.length > 0 ? [names] : null) });
  }

  protected override async round(): Promise<void> {
    let replayed = 0;
    for (const shard of this.parts.db.shards) replayed += await this.#replayRequested(shard);
    // More may wait than one round takes.
    if (replayed === 0) await this.notifier.rest();
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ error: messageOf(error) }, 'looking for replays failed');
  }

  async #replayRequested(shard: string): Promise<number> {
    const rows = await this.parts.db.single(shard).query<Letter>(
      `SELECT id, consumer FROM {s}.dead_letter
       WHERE replay_requested_at <= clock_timestamp() AND consumer = ANY($1) ORDER BY id LIMIT $2`,
      [[...this.#inboxes.keys()], BATCH_MAX],
    );
    for (const row of rows) await this.#replay(shard, row);
    return rows.length;
  }

  async #replay(shard: string, row: Letter): Promise<void> {
    try {
      // One by one, for each may be as large as a message can be.
      const [text] = await this.parts.db
        .single(shard)
        .query<{ envelope: string }>('SELECT envelope FROM {s}.dead_letter WHERE id = $1', [
          row.id.toString(),
        ]);
      if (text === undefined) return;
      await this.#inboxes.get(row.consumer)?.replay(JSON.parse(text.envelope) as Envelope);
      await this.parts.db.shard(shard, (tx) =>
        tx.query('DELETE FROM {s}.dead_letter WHERE id = $1', [row.id.toString()]),
      );
      this.parts.logger.info({ consumer: row.consumer, id: row.id.toString() }, 'dead letter replayed');
    } catch (error) {
      await this.#keep(shard, row, error);
    }
  }

  async #keep(shard: string, row: Letter, error: unknown): Promise<void> {
    const id = row.id.toString();
    const tries = isRetryable(error) ? DEFERRALS_MAX : 0;
    const [kept] = await this.parts.db.shard(shard, (tx) =>
      tx.query<{ final: boolean; type: string }>(FAILED_SQL, [id, messageOf(error), tries, DEFER_MAX_S]),
    );
    if (kept?.final !== true) return;
    this.parts.metrics.deadLetters.inc({ consumer: row.consumer, type: kept.type });
    this.parts.logger.error(
      { consumer: row.consumer, id, error: messageOf(error) },
      'message is a dead letter',
    );
  }
}

const WHEN_DUE_SQL =
  'SELECT min(replay_requested_at) FROM {s}.dead_letter WHERE replay_requested_at IS NOT NULL AND consumer = ANY($1)';

const FAILED_SQL = `
  UPDATE {s}.dead_letter
  SET attempts = attempts + 1, error = $2, failed_at = clock_timestamp(),
      replay_requested_at = CASE WHEN attempts < $3
        THEN clock_timestamp() + make_interval(secs => least($4, attempts)) END
  WHERE id = $1
  RETURNING replay_requested_at IS NULL AS final, coalesce(envelope::jsonb ->> 'type', '') AS type`;
