import { TOPICS, type TopicName } from '@tollgate/contracts/topics';
import type { Database, RawTx } from './db.js';
import { messageOf } from './errors.js';
import type { Position } from './event-log.js';
import type { KafkaSend } from './kafka.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import { writePosition } from './offsets.js';
import { readSettledIn, type OutboxRecord } from './outbox-reader.js';
import { Snooze } from './wake.js';

/** Where the relay sends; Kafka in production. */
export interface RelayTarget {
  send(batches: readonly KafkaSend[]): Promise<void>;
}

export interface RelayParts {
  readonly db: Database;
  readonly target: RelayTarget;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const IDLE_POLL_MS = 20;
const BACKOFF_MS = 500;
const RELAY = { consumer: 'relay', source: 'outbox', partition: 0 } as const;
const ALL_TOPICS: readonly TopicName[] = Object.values(TOPICS).map((topic) => topic.name);

/**
 * Publishes a shard's outbox in order. Any number may run: the one that holds the lock works, the others wait.
 * A relay that dies between sending and noting its position sends again; inboxes make that harmless.
 */
export class Relay {
  readonly #snooze = new Snooze('log');
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: RelayParts,
    private readonly shard: string,
  ) {}

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#snooze.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const sent = await relayOnce(this.parts, this.shard);
        if (sent === 0) await this.#snooze.sleep(IDLE_POLL_MS);
      } catch (error) {
        this.parts.logger.warn(
          { shard: this.shard, error: messageOf(error) },
          'relaying failed, trying again',
        );
        await this.#snooze.sleep(BACKOFF_MS);
      }
    }
  }
}

/** One round: reads below the oldest running transaction, sends, notes the position. Returns how many were sent. */
export async function relayOnce(parts: RelayParts, shard: string): Promise<number> {
  return parts.db.shard(shard, async (tx) => {
    if (!(await tryLock(tx))) return 0;
    const { records } = await readSettledIn(tx, ALL_TOPICS, await positionIn(tx));
    const last = records.at(-1);
    parts.metrics.relayLagSeconds.set(records[0]?.ageSeconds ?? 0);
    if (last === undefined) return 0;
    await parts.target.send(batchesOf(records));
    await writePosition(tx, { ...RELAY, position: last.position });
    for (const record of records) parts.metrics.relayed.inc({ topic: record.topic });
    return records.length;
  });
}

/** An advisory lock takes no transaction id, so a relay at work never holds back what others may read. */
async function tryLock(tx: RawTx): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('tollgate.relay', 0)) AS locked",
  );
  return row?.locked === true;
}

async function positionIn(tx: RawTx): Promise<Position> {
  const [row] = await tx.query<Position>(
    'SELECT major, minor FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3',
    [RELAY.consumer, RELAY.source, RELAY.partition],
  );
  return row ?? { major: 0n, minor: 0n };
}

function batchesOf(records: readonly OutboxRecord[]): KafkaSend[] {
  const topics = new Map<string, { key: string; value: string }[]>();
  for (const record of records) {
    const messages = topics.get(record.topic) ?? [];
    messages.push({ key: record.key, value: record.text });
    topics.set(record.topic, messages);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
