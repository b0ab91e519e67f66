import { isAfter, type ConsumeOptions, type Consumption, type EventLog, type Position } from './event-log.js';
import type { Database } from '../database/db.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { Loop, type Sentry } from '../base/loop.js';
import { lookFor } from '../database/lookout.js';
import { NOTE_POSITION_MS, readPosition, writePosition } from './offsets.js';
import { EarlierTopics } from './earlier-topics.js';
import { parametersOf, readSettled, WHEN_MORE_SQL, type OutboxRecord } from './outbox-reader.js';

const UNSETTLED_POLL_MS = 2;
const UNSETTLED_POLL_MAX_MS = 50;
const UNSETTLED_GROWTH = 1.5;
const BACKOFF_MS = 500;

/** Consumers follow the outbox of every shard directly: no broker, the same guarantees. */
export class PostgresEventLog implements EventLog {
  readonly #running = new Set<Consumption>();

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  async prepare(): Promise<void> {
    // Topics are a column of the outbox; there is nothing to create.
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    const tails = this.db.shards.map((shard) => new Tail({ db: this.db, shard, log: this.log }, options));
    for (const tail of tails) tail.start();
    const consumption: Consumption = {
      stop: async () => {
        await Promise.all(tails.map((tail) => tail.stop()));
        this.#running.delete(consumption);
      },
    };
    this.#running.add(consumption);
    return consumption;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((consumption) => consumption.stop()));
  }
}

/** Follows one shard's outbox for one consumer. */
class Tail extends Loop {
  readonly #source: string;
  #position: Position | undefined;
  readonly #earlier: EarlierTopics;
  #unsettledPollMs = UNSETTLED_POLL_MS;
  #notedAtMs = performance.now();

  readonly #db: Database;
  readonly #shard: string;
  readonly #log: Logger;

  constructor(
    on: { readonly db: Database; readonly shard: string; readonly log: Logger },
    private readonly options: ConsumeOptions,
  ) {
    super('log', BACKOFF_MS, options.topics);
    this.#db = on.db;
    this.#shard = on.shard;
    this.#log = on.log;
    this.#source = `outbox:${[...options.topics].sort().join(',')}`;
    this.#earlier = new EarlierTopics(on.db, {
      shard: on.shard,
      consumer: options.consumer,
      source: this.#source,
    });
  }

  protected override sentry(): Sentry {
    const { topics } = this.options;
    const params = (): unknown[] | null =>
      this.#position === undefined ? null : [...parametersOf(this.#position), topics];
    return lookFor(this.#db, { sql: WHEN_MORE_SQL, params, isUrgent: true }, [this.#shard]);
  }

  protected override failed(error: unknown): void {
    this.#log.warn(
      { consumer: this.options.consumer, error: messageOf(error) },
      'following the outbox failed',
    );
    this.#position = undefined;
  }

  protected override async round(): Promise<void> {
    const { consumer, topics } = this.options;
    const shard = this.#db.single(this.#shard);
    this.#position ??= await readPosition(shard, { consumer, source: this.#source, partition: 0 });
    const { records, unsettled, horizon } = await readSettled(shard, topics, this.#position);
    const last = records.at(-1);
    if (last !== undefined) {
      await this.#handle(records);
      this.#position = last.position;
      this.#unsettledPollMs = UNSETTLED_POLL_MS;
      return this.#earlier.passed(this.#position);
    }
    // Rows of other topics are left behind, else every poll would walk over them again.
    if (isAfter(horizon, this.#position)) this.#position = horizon;
    await this.#earlier.passed(this.#position);
    await this.#note(this.#position);
    await this.#rest(unsettled);
  }

  /** Leaves out what it did when it followed other topics than now. */
  async #handle(records: readonly OutboxRecord[]): Promise<void> {
    const fresh = await this.#earlier.fresh(records);
    if (fresh.length === 0) return;
    await this.options.handle({ source: this.#source, partition: 0, shard: this.#shard, records: fresh });
  }

  /** Moves the stored position over rows of other topics now and then: old partitions wait for it to be dropped. */
  async #note(position: Position): Promise<void> {
    if (performance.now() - this.#notedAtMs < NOTE_POSITION_MS) return;
    this.#notedAtMs = performance.now();
    const at = { consumer: this.options.consumer, source: this.#source, partition: 0, position };
    await this.#db.shard(this.#shard, async (tx) => writePosition(tx, at));
  }

  /** Short when a commit is at hand; a transaction that stays open for long is asked about ever less often. */
  async #rest(unsettled: boolean): Promise<void> {
    const woken = unsettled ? await this.notifier.sleep(this.#unsettledPollMs) : await this.notifier.rest();
    this.#unsettledPollMs = woken
      ? UNSETTLED_POLL_MS
      : Math.min(this.#unsettledPollMs * UNSETTLED_GROWTH, UNSETTLED_POLL_MAX_MS);
  }
}
