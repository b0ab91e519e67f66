import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { TOPICS } from '@tollgate/contracts/topics';
import type { ConsumeOptions, Consumption, EventLog } from './event-log.js';
import { GroupReader } from './kafka-group.js';
import type { Logger } from '../base/log.js';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRY_CAP_MS = 2_000;
const SEND_RETRIES = 3;
const RESTART_PAUSE_MS = 500;
const ADMIN_TRIES_MAX = 30;
const HEALTH_MAX_MS = 2_000;
/** Larger than the largest message that `publish` lets pass. */
const TOPIC_MESSAGE_MAX_BYTES = 16 * 1024 * 1024;

/** Messages for one topic, in order. */
export interface KafkaSend {
  readonly topic: string;
  readonly messages: readonly { readonly key: string; readonly value: string }[];
}

/** The event log over Kafka, and the relay's producer. */
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
