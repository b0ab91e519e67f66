import type { Logger } from '../base/log.js';
import type { Database } from '../database/db.js';
import {
  BEGINNING,
  type ConsumeOptions,
  type Consumption,
  type EventLog,
  type Position,
} from './event-log.js';
import type { Follower } from './followers.js';
import { SharedReader } from './shared-reader.js';
import { Tail, type ShardLog } from './tail.js';

/** Consumers follow the outbox of every shard directly: no broker, the same guarantees. */
export class PostgresEventLog implements EventLog {
  readonly #running = new Set<Consumption>();
  readonly #readers = new Map<string, SharedReader>();

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  async prepare(): Promise<void> {
    // Topics are a column of the outbox; there is nothing to create.
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    const readings = this.db.shards.map((shard) => {
      const on = { db: this.db, shard, log: this.log };
      const { inbox } = options;
      return inbox === undefined
        ? new Reading(on, options)
        : new SharedReading(on, { ...options, inbox }, this.#readerOf(on));
    });
    for (const reading of readings) reading.start();
    const consumption: Consumption = {
      stop: async () => {
        await Promise.all(readings.map((reading) => reading.stop()));
        this.#running.delete(consumption);
        if (this.#running.size === 0) await this.#stopReaders();
      },
    };
    this.#running.add(consumption);
    return consumption;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((consumption) => consumption.stop()));
  }

  #readerOf(on: ShardLog): SharedReader {
    const known = this.#readers.get(on.shard);
    if (known !== undefined) return known;
    const reader = new SharedReader(on);
    reader.start();
    this.#readers.set(on.shard, reader);
    return reader;
  }

  async #stopReaders(): Promise<void> {
    const readers = [...this.#readers.values()];
    this.#readers.clear();
    await Promise.all(readers.map((reader) => reader.stop()));
  }
}

/** A consumer follows a shard's outbox by itself. */
class Reading {
  #tail: Tail | undefined;
  #stopped = false;

  constructor(
    private readonly on: ShardLog,
    readonly options: ConsumeOptions,
  ) {}

  start(): void {
    this.goApart(undefined);
  }

  goApart(from: Position | undefined): void {
    if (this.#stopped) return;
    const caughtUp = (position: Position): boolean => !this.#stopped && this.caughtUp(position);
    this.#tail = new Tail(this.on, { options: this.options, from, caughtUp });
    this.#tail.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tail?.stop();
  }

  /** Whether another goes on from there. */
  protected caughtUp(_position: Position): boolean {
    return false;
  }
}

/** The same until it has caught up; then it is read for together with others, as long as it can do what they do. */
class SharedReading extends Reading implements Follower {
  position = BEGINNING;

  constructor(
    on: ShardLog,
    override readonly options: Follower['options'],
    private readonly reader: SharedReader,
  ) {
    super(on, options);
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.reader.leave(this);
  }

  protected override caughtUp(position: Position): boolean {
    this.position = position;
    this.reader.join(this);
    return true;
  }
}
