import type { Database } from '../database/db.js';
import { isAfter, type Position } from './event-log.js';
import { writePosition } from './offsets.js';
import type { OutboxRecord } from './outbox-reader.js';

interface Earlier {
  readonly source: string;
  readonly topics: ReadonlySet<string>;
  readonly position: Position;
}

/** A reader of the outbox, and what it follows. */
interface Follower {
  readonly shard: string;
  readonly consumer: string;
  /** Names the topics that it follows now. */
  readonly source: string;
}

/**
 * What a consumer already did when it followed other topics than now. It reads the outbox from its beginning, for the
 * topics that are new to it; of the others it knows how far it was, and needs no inbox to remember for so long.
 */
export class EarlierTopics {
  #earlier: readonly Earlier[] | undefined;

  constructor(
    private readonly db: Database,
    private readonly follower: Follower,
  ) {}

  /** Those that had no effect yet. */
  async fresh(records: readonly OutboxRecord[]): Promise<readonly OutboxRecord[]> {
    const earlier = await this.#all();
    if (earlier.length === 0) return records;
    return records.filter(
      ({ topic, position }) =>
        !earlier.some((one) => one.topics.has(topic) && !isAfter(position, one.position)),
    );
  }

  /** Nothing is left of earlier topics, as far as is known. */
  get isOver(): boolean {
    return this.#earlier?.length === 0;
  }

  /** Forgets what lies behind this position: an old note would keep old rows of the outbox for ever. */
  async passed(position: Position): Promise<void> {
    const earlier = await this.#all();
    const behind = earlier.filter((one) => !isAfter(one.position, position));
    if (behind.length === 0) return;
    const { consumer, source, shard } = this.follower;
    const sources = behind.map((one) => one.source);
    await this.db.shard(shard, async (tx) => {
      writePosition(tx, { consumer, source, partition: 0, position });
      tx.post('DELETE FROM {s}.consumer_offset WHERE consumer = $1 AND source = ANY($2)', [
        consumer,
        sources,
      ]);
    });
    this.#earlier = earlier.filter((one) => !behind.includes(one));
  }

  async #all(): Promise<readonly Earlier[]> {
    if (this.#earlier !== undefined) return this.#earlier;
    const { consumer, source, shard } = this.follower;
    const rows = await this.db.single(shard).query<Position & { source: string }>(
      `SELECT source, major, minor FROM {s}.consumer_offset
         WHERE consumer = $1 AND source LIKE 'outbox:%' AND source <> $2`,
      [consumer, source],
    );
    this.#earlier = rows.map(({ source: from, ...position }) => ({
      source: from,
      topics: new Set(from.slice('outbox:'.length).split(',')),
      position,
    }));
    return this.#earlier;
  }
}
