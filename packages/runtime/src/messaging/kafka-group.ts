import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { LOG_BATCH_MAX, parsedJson, type ConsumeOptions, type LogRecord } from './event-log.js';

const FETCH_WAIT_MS = 100;
/** The least that brokers allow: a member that died holds up its group for this long. */
const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 1_500;
const PARTITIONS_AT_ONCE = 3;
const LEAVE_MAX_MS = 5_000;
/** How long `stop()` waits for a join that may never come about because the broker is down. */
const JOIN_STOP_MAX_MS = 2_000;
const RETRY_CAP_MS = 2_000;
const RESTART_PAUSE_MS = 500;

/** What the client takes for the beginning of a partition. */
const EARLIEST = '-2';

/** One member of a consumer group. Positions live in Postgres with the effects; Kafka's own are a hint. */
export class GroupReader {
  #consumer: Consumer | undefined;
  #stopped = false;
  #aligned: Promise<void> = Promise.resolve();
  #starting: Promise<void> = Promise.resolve();
  /** Batches that are being handled; after `stop()` none may be. */
  #inHand: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: ConsumeOptions,
    private readonly log: Logger,
  ) {}

  /** Joins its group when the topics are there, if somebody makes them. */
  start(topics: Promise<void> = Promise.resolve()): void {
    // Whoever makes them hears of it where they cannot be used.
    this.#starting = topics.then(
      () => this.#join(),
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.race([this.#starting, pause(JOIN_STOP_MAX_MS)]);
    await this.#inHand;
    await Promise.race([this.#consumer?.disconnect().catch(() => undefined), pause(LEAVE_MAX_MS)]);
  }

  /** Joins the group, over and over until it works: a broker that is down comes back. */
  async #join(): Promise<void> {
    while (!this.#stopped) {
      const consumer = this.#create();
      this.#consumer = consumer;
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
          eachBatch: (payload) => this.#track(this.#batch(consumer, payload)),
        });
        return;
      } catch (error) {
        this.log.warn(
          { consumer: this.options.consumer, error: messageOf(error) },
          'joining the group failed',
        );
        await consumer.disconnect().catch(() => undefined);
        await pause(RESTART_PAUSE_MS);
      }
    }
  }

  #create(): Consumer {
    const consumer = this.kafka.consumer({
      groupId: `tollgate.${this.options.consumer}`,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: RETRY_CAP_MS,
        retries: 10,
        restartOnFailure: async () => false,
      },
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#aligned = this.#align(consumer, payload.memberAssignment);
      // Whoever waits for it hears of a failure, and joins again.
      this.#aligned.catch(() => undefined);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      // A consumer that was replaced may still complain.
      if (this.#stopped || this.#consumer !== consumer) return;
      this.log.warn(
        { consumer: this.options.consumer, error: messageOf(payload.error) },
        'reader crashed, joining again',
      );
      this.#starting = consumer
        .disconnect()
        .catch(() => undefined)
        .then(() => pause(RESTART_PAUSE_MS))
        .then(() => this.#join());
    });
    return consumer;
  }

  /**
   * Goes on where the consumer's own notes say. They are those of its effects, also where the database was restored to an
   * earlier point or the group was forgotten; a note from beyond the end is of a topic that began anew.
   */
  async #align(consumer: Consumer, assigned: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const { positions } = this.options;
    if (positions === undefined) return;
    for (const [topic, partitions] of Object.entries(assigned)) {
      const noted = await positions.of(topic);
      if (noted.size === 0) continue;
      const ends = await endsOf(this.kafka, topic);
      for (const partition of partitions) {
        const next = noted.get(partition)?.major;
        if (next === undefined) continue;
        if (next <= (ends.get(partition) ?? 0n)) {
          consumer.seek({ topic, partition, offset: next.toString() });
          continue;
        }
        this.log.warn({ consumer: this.options.consumer, topic, partition }, 'the topic began anew');
        await positions.forget(topic, partition);
        consumer.seek({ topic, partition, offset: EARLIEST });
      }
    }
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#inHand = Promise.allSettled([this.#inHand, work]);
    return work;
  }

  async #batch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    await this.#aligned;
    for (let from = 0; from < messages.length; from += LOG_BATCH_MAX) {
      if (this.#stopped || !payload.isRunning() || payload.isStale()) return;
      const part = messages.slice(from, from + LOG_BATCH_MAX);
      const last = part.at(-1);
      if (last === undefined) return;
      const batch = { source: topic, partition, shard: 'main', records: part.map(recordOf) };
      await whileBeating(payload, () => this.options.handle(batch));
      payload.resolveOffset(last.offset);
      await payload.heartbeat();
      await consumer
        .commitOffsets([{ topic, partition, offset: (BigInt(last.offset) + 1n).toString() }])
        .catch((error: unknown) => {
          this.log.debug({ error: messageOf(error) }, 'committing a hint failed');
        });
    }
  }
}

/** Where each partition of a topic ends now. */
async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function recordOf(message: { offset: string; value: Buffer | null }): LogRecord {
  return {
    position: { major: BigInt(message.offset) + 1n, minor: 0n },
    envelope: parsedJson(message.value?.toString('utf8')),
  };
}

/** Heartbeats go on while a batch is handled, for retries may last longer than the group's patience. */
async function whileBeating(payload: EachBatchPayload, work: () => Promise<void>): Promise<void> {
  // What a heartbeat learns (a rebalance) is asked again when the batch is done.
  const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(beat);
  }
}
