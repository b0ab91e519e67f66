import type { TopicName } from '@tollgate/contracts/topics';
import type { Inbox } from './inbox.js';

/**
 * The event log as consumers see it: ordered per key, delivered at least once. Two adapters, one contract test:
 * Postgres (follows the outbox itself) and Kafka.
 */
export interface EventLog {
  /** Resolves when topics exist with their named partitions. Nobody needs to wait for that but a test. */
  prepare(): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  close(): Promise<void>;
}

export interface ConsumeOptions {
  /** Names the reader: readers of one name share the work, readers of different names each see everything. */
  readonly consumer: string;
  readonly topics: readonly TopicName[];
  /** Where the consumer is by its own notes, which commit with its effects; without them, as the log remembers. */
  readonly positions?: Positions;
  /** Throwing means redelivery of the same batch. */
  handle(batch: LogBatch): Promise<void>;
  /** A log that reads for several consumers may apply a batch of theirs in one transaction; by default each has its own. */
  readonly inbox?: Inbox;
}

/** A consumer's notes of how far it is. */
export interface Positions {
  /** In a source, by partition. */
  of(source: string): Promise<ReadonlyMap<number, Position>>;
  /** The partition began anew. */
  forget(source: string, partition: number): Promise<void>;
}

export interface LogBatch {
  /** What positions count in: a topic, or the set of topics a Postgres reader follows. */
  readonly source: string;
  readonly partition: number;
  /** The shard whose position this reader keeps. */
  readonly shard: string;
  readonly records: readonly LogRecord[];
}

export interface LogRecord {
  readonly position: Position;
  /** Parsed JSON, not trusted unless this process wrote it: `readEnvelope`. */
  readonly envelope: unknown;
  /** The envelope as it was written, where it is at hand. */
  readonly text?: string;
}

/** Order in a source: Kafka's offset, or the outbox's (transaction, row). */
export interface Position {
  readonly major: bigint;
  readonly minor: bigint;
}

export interface Consumption {
  /** Resolves when the batch in hand is done and nothing more will be handled. */
  stop(): Promise<void>;
}

/** Records in one batch: one transaction, and one redelivery if it fails. */
export const LOG_BATCH_MAX = 200;

/** JSON of a log's record; undefined where it is none, so that one bad record does not stop its partition. */
export function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

export const BEGINNING: Position = { major: 0n, minor: 0n };

/** Whether the left position comes later in its log. */
export function isAfter(left: Position, right: Position): boolean {
  return left.major !== right.major ? left.major > right.major : left.minor > right.minor;
}
