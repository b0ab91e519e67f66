import type { ConsumeOptions, Consumption, EventLog, LogRecord, Position } from './event-log.js';
import { LOG_BATCH_MAX } from './event-log.js';
import type { Database } from './db.js';
import { messageOf } from './errors.js';
import type { Logger } from './log.js';
import { readPosition } from './offsets.js';
import { readSettled } from './outbox-reader.js';
import { Snooze } from './wake.js';

const POLL_MS = 100;
const UNSETTLED_POLL_MS = 4;
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
    const tails = this.db.shards.map((shard) => new Tail(this.db, shard, options, this.log));
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

  async healthy(): Promise<boolean> {
    return this.db.healthy();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((consumption) => consumption.stop()));
  }
}

/** Follows one shard's outbox for one consumer. */
class Tail {
  readonly #snooze = new Snooze('log');
  readonly #source: string;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly shard: string,
    private readonly options: ConsumeOptions,
    private readonly log: Logger,
  ) {
    // A reader that follows other topics than before starts over; its inbox knows what it already did.
    this.#source = `outbox:${[...options.topics].sort().join(',')}`;
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#snooze.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    let position: Position | undefined;
    while (!this.#stopped) {
      try {
        position ??= await readPosition(this.db, this.shard, this.options.consumer, this.#source, 0);
        const { records, unsettled } = await readSettled(this.db, this.shard, this.options.topics, position);
        if (records.length > 0) {
          await this.options.handle({ source: this.#source, partition: 0, shard: this.shard, records });
          position = lastOf(records);
        } else {
          await this.#snooze.sleep(unsettled ? UNSETTLED_POLL_MS : POLL_MS);
        }
      } catch (error) {
        this.log.warn(
          { consumer: this.options.consumer, error: messageOf(error) },
          'following the outbox failed',
        );
        await this.#snooze.sleep(BACKOFF_MS);
        position = undefined;
      }
    }
  }
}

function lastOf(records: readonly LogRecord[]): Position {
  const last = records[Math.min(records.length, LOG_BATCH_MAX) - 1];
  return last === undefined ? { major: 0n, minor: 0n } : last.position;
}
