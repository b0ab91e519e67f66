import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { ConsumeOptions, Consumption, EventLog } from './event-log.js';
import { GroupReader } from './kafka-group.js';
import { ensureTopics, TopicMismatch } from './kafka-topics.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRY_CAP_MS = 2_000;
const SEND_RETRIES = 3;
const PREPARE_PAUSE_MS = 1_000;

/** Messages for one topic, in order. */
export interface KafkaSend {
  readonly topic: string;
  readonly messages: readonly { readonly key: string; readonly value: string }[];
}

/** The event log over Kafka, and the relay's producer. */
export class KafkaEventLog implements EventLog {
  readonly #kafka: Kafka;
  readonly #replication: number;
  readonly #running = new Set<Consumption>();
  #prepared: Promise<void> | undefined;
  #closed = false;
  #producer: Producer | undefined;

  constructor(
    options: { readonly brokers: readonly string[]; readonly replication: number; readonly clientId: string },
    private readonly log: Logger,
  ) {
    this.#replication = options.replication;
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

  /**
   * Makes the topics, as soon as a broker is there: nobody needs to wait for that, and readers do by themselves. Throws
   * `TopicMismatch` where a topic cannot be used.
   */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare();
    return this.#prepared;
  }

  async #prepare(): Promise<void> {
    while (!this.#closed) {
      const admin = this.#kafka.admin();
      try {
        await admin.connect();
        await ensureTopics(admin, this.#replication, this.log);
        return;
      } catch (error) {
        if (error instanceof TopicMismatch) throw error;
        this.log.warn({ error: messageOf(error) }, 'the topics could not be made yet, trying again');
        await pause(PREPARE_PAUSE_MS);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
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
      throw isTooLarge(error) ? new MessageTooLarge(messageOf(error)) : error;
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
    reader.start(this.#prepared);
    const consumption: Consumption = {
      stop: async () => {
        await reader.stop();
        this.#running.delete(consumption);
      },
    };
    this.#running.add(consumption);
    return consumption;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running].map((consumption) => consumption.stop()));
    await this.#producer?.disconnect().catch(() => undefined);
  }
}

/** A topic takes no message, or not so many at once, of this size. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
}

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** The client wraps what the broker said, sometimes more than once. */
function isTooLarge(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { type, cause } = error as { readonly type?: unknown; readonly cause?: unknown };
  return TOO_LARGE.has(String(type)) || (cause !== error && isTooLarge(cause));
}
