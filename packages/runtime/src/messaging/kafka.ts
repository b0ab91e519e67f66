import { Kafka, logLevel, Partitioners, type Consumer, type EachBatchPayload, type Producer } from 'kafkajs';
import { TOPICS } from '@tollgate/contracts/topics';
import { messageOf } from '../base/errors.js';
import type { ConsumeOptions, Consumption, EventLog, LogRecord } from './event-log.js';
import { LOG_BATCH_MAX, parsedJson } from './event-log.js';
import type { Logger } from '../base/log.js';

const FETCH_WAIT_MS = 100;
/** The least that brokers allow: a member that died holds up its group for this long. */
const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRY_CAP_MS = 2_000;
const SEND_RETRIES = 3;
const RESTART_PAUSE_MS = 500;
const PARTITIONS_AT_ONCE = 3;
const LEAVE_MAX_MS = 5_000;
const ADMIN_TRIES_MAX = 30;
const HEALTH_MAX_MS = 2_000;
/** How long `stop()` waits for a join that may never come about because the broker is down. */
const JOIN_STOP_MAX_MS = 2_000;
/** Larger than the largest message that `publish` lets pass. */
const TOPIC_MESSAGE_MAX_BYTES = 16 * 1024 * 1024;

/** Messages for one topic, in order. */
export interface KafkaSend {
  readonly topic: string;
  readonly messages: readonly { readonly key: string; readonly value: string }[];
}

/** The only place that speaks to Kafka: the event log over it, and the relay's producer. */
export class KafkaEventLog implements EventLog {
  readonly #kafka: Kafka;
  readonly #running = new Set<Consumption>();
  #producer: Producer | undefined;

  constructor(
    options: { readonly brokers: readonly string[]; readonly replication: number; readonly clientId: string },
    private readonly log: Logger,
  ) {
    this.replication = options.replication;
    this.#kafka = new Kafka({
      clientId: options.clientId,
      brokers: [...options.brokers],
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { initialRetryTime: 100, maxRetryTime: RETRY_CAP_MS, retries: SEND_RETRIES },
      logLevel: logLevel.ERROR,
      logCreator: () => (entry) => {
        log.debug({ kafka: entry.namespace, detail: entry.log.message }, 'kafka client');
      },
    });
  }

  private readonly replication: number;

  /** Creates missing topics; refuses to run on a topic with another partition count, for that would reorder keys. */
  async prepare(): Promise<void> {
    const admin = this.#kafka.admin();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await admin.connect();
        await this.#ensureTopics(admin);
        return;
      } catch (error) {
        if (attempt >= ADMIN_TRIES_MAX || error instanceof TopicMismatch) throw error;
        await pause(RESTART_PAUSE_MS);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }
  }

  async #ensureTopics(admin: ReturnType<Kafka['admin']>): Promise<void> {
    const wanted = Object.values(TOPICS);
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter((topic) => !existing.has(topic.name));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map((topic) => ({
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: this.replication,
          configEntries: [{ name: 'max.message.bytes', value: String(TOPIC_MESSAGE_MAX_BYTES) }],
        })),
      });
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map((topic) => topic.name) });
    for (const topic of wanted) {
      const found = topics.find((one) => one.name === topic.name)?.partitions.length ?? 0;
      if (found !== topic.partitions) throw new TopicMismatch(topic.name, topic.partitions, found);
    }
  }

  /** Sends in order, acknowledged by all in-sync replicas; retries inside never duplicate or reorder. */
  async send(batches: readonly KafkaSend[]): Promise<void> {
    const producer = await this.#connectedProducer();
    try {
      await producer.sendBatch({
        acks: -1,
        topicMessages: batches.map((batch) => ({ topic: batch.topic, messages: [...batch.messages] })),
      });
    } catch (error) {
      // A producer that failed may have lost its sequence; the next send starts with a new one.
      this.#producer = undefined;
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #connectedProducer(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    this.#producer = producer;
    return producer;
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    const reader = new GroupReader(this.#kafka, options, this.log);
    reader.start();
    const consumption: Consumption = {
      stop: async () => {
        await reader.stop();
        this.#running.delete(consumption);
      },
    };
    this.#running.add(consumption);
    return consumption;
  }

  async healthy(): Promise<boolean> {
    const admin = this.#kafka.admin({ retry: { retries: 0 } });
    const asked = admin
      .connect()
      .then(() => admin.describeCluster())
      .then(
        () => true,
        () => false,
      )
      .finally(() => admin.disconnect().catch(() => undefined));
    // A broker that is frozen accepts connections and never answers.
    return Promise.race([asked, pause(HEALTH_MAX_MS).then(() => false)]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((consumption) => consumption.stop()));
    await this.#producer?.disconnect().catch(() => undefined);
  }
}

/** A topic has another number of partitions than the contract names. */
export class TopicMismatch extends Error {
  override readonly name = 'TopicMismatch';
  constructor(topic: string, wanted: number, found: number) {
    super(`topic ${topic} has ${found} partitions, the contract names ${wanted}`);
  }
}

/** One member of a consumer group. Positions live in Postgres with the effects; Kafka's own are a hint. */
class GroupReader {
  #consumer: Consumer | undefined;
  #stopped = false;
  #starting: Promise<void> = Promise.resolve();
  /** Batches that are being handled; after `stop()` none may be. */
  #inHand: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: ConsumeOptions,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#starting = this.#join();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.race([this.#starting, pause(JOIN_STOP_MAX_MS)]);
    await this.#inHand;
    await Promise.race([this.#consumer?.disconnect().catch(() => undefined), pause(LEAVE_MAX_MS)]);
  }

  /** Joins the group, over and over until it works: a broker that is down is weather. */
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

  async #track(work: Promise<void>): Promise<void> {
    this.#inHand = Promise.allSettled([this.#inHand, work]);
    return work;
  }

  async #batch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
