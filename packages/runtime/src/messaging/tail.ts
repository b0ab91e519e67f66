import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { Loop, type Sentry } from '../base/loop.js';
import type { Database } from '../database/db.js';
import { lookFor } from '../database/lookout.js';
import { EarlierTopics } from './earlier-topics.js';
import { isAfter, LOG_BATCH_MAX, type ConsumeOptions, type Position } from './event-log.js';
import { NOTE_POSITION_MS, readPosition, writePosition, type Reader } from './offsets.js';
import { parametersOf, readSettled, WHEN_MORE_SQL, type OutboxRecord } from './outbox-reader.js';
import { UnsettledRest } from './unsettled.js';

const BACKOFF_MS = 500;

/** The outbox of one shard. */
export interface ShardLog {
  readonly db: Database;
  readonly shard: string;
  readonly log: Logger;
}

/** How a consumer follows the outbox by itself. */
export interface TailOptions {
  readonly options: ConsumeOptions;
  /** Where it is; undefined = where its own notes say. */
  readonly from: Position | undefined;
  /** Told when it has read everything that was there, and where it is then; true = the tail ends. */
  caughtUp(position: Position): boolean;
}

/** The name of what a consumer of these topics reads. */
export function sourceOf(topics: readonly string[]): string {
  return `outbox:${[...topics].sort().join(',')}`;
}

/** Follows one shard's outbox for one consumer. */
export class Tail extends Loop {
  readonly #options: ConsumeOptions;
  readonly #reader: Reader;
  readonly #earlier: EarlierTopics;
  readonly #rest = new UnsettledRest(this.notifier);
  #position: Position | undefined;
  #notedAtMs = performance.now();

  constructor(
    private readonly on: ShardLog,
    private readonly tail: TailOptions,
  ) {
    const { options } = tail;
    super('log', BACKOFF_MS, options.topics);
    this.#options = options;
    this.#position = tail.from;
    this.#reader = { consumer: options.consumer, source: sourceOf(options.topics), partition: 0 };
    this.#earlier = new EarlierTopics(on.db, { shard: on.shard, ...this.#reader });
  }

  protected override sentry(): Sentry {
    const params = (): unknown[] | null =>
      this.#position === undefined ? null : [...parametersOf(this.#position), this.#options.topics];
    return lookFor(this.on.db, { sql: WHEN_MORE_SQL, params, isUrgent: true }, [this.on.shard]);
  }

  protected override failed(error: unknown): void {
    this.on.log.warn(
      { consumer: this.#reader.consumer, error: messageOf(error) },
      'following the outbox failed',
    );
    this.#position = undefined;
  }

  protected override async round(): Promise<void> {
    const shard = this.on.db.single(this.on.shard);
    this.#position ??= await readPosition(shard, this.#reader);
    const { records, unsettled, horizon } = await readSettled(shard, this.#options.topics, this.#position);
    await this.#handle(records);
    const last = records.at(-1);
    if (last !== undefined) this.#position = last.position;
    // Rows of other topics are left behind, else every poll would walk over them again.
    else if (isAfter(horizon, this.#position)) this.#position = horizon;
    await this.#earlier.passed(this.#position);
    if (
      records.length < LOG_BATCH_MAX &&
      this.#earlier.isOver &&
      !this.stopping &&
      this.tail.caughtUp(this.#position)
    )
      return this.end();
    if (last !== undefined) return this.#rest.reset();
    await this.#note(this.#position);
    await this.#rest.rest(unsettled);
  }

  /** Leaves out what it did when it followed other topics than now. */
  async #handle(records: readonly OutboxRecord[]): Promise<void> {
    const fresh = await this.#earlier.fresh(records);
    if (fresh.length === 0) return;
    const { source, partition } = this.#reader;
    await this.#options.handle({ source, partition, shard: this.on.shard, records: fresh });
  }

  /** Moves the stored position over rows of other topics now and then: old partitions wait for it to be dropped. */
  async #note(position: Position): Promise<void> {
    if (performance.now() - this.#notedAtMs < NOTE_POSITION_MS) return;
    this.#notedAtMs = performance.now();
    await this.on.db.shard(this.on.shard, async (tx) => writePosition(tx, { ...this.#reader, position }));
  }
}
