import { setTimeout } from 'node:timers/promises';
import type { Envelope } from '@tollgate/contracts/envelope';
import { versionsOf } from '@tollgate/contracts/event';
import { isConnectionLoss, isRetryable, isTimeout, messageOf } from '../base/errors.js';
import type { Placement } from '../database/db.js';
import type { ConsumerOptions, ConsumerParts, Subscription } from './consume.js';
import type { LogBatch, LogRecord, Position } from './event-log.js';
import { byTenant, partsOf, type Delivery } from './deliveries.js';
import { setAside, type Failure } from './set-aside.js';
import { applyShares, settleShares, type Share } from './shares.js';
import { NOTE_POSITION_MS, writePosition } from './offsets.js';
import { readEnvelope } from './own-messages.js';
import { Patience } from './patience.js';

const TRIES_MAX = 6;
/** What can be applied in parts is soon, and a part was tried with the others before. */
const PART_TRIES_MAX = 2;
/** A deferred message is tried again this much later. */
const DEFER_S = 1;
const RETRY_BASE_MS = 40;

/** Applies batches so that effect, inbox row and position commit in one transaction. */
export class Inbox {
  readonly #table: ReadonlyMap<string, Subscription>;
  readonly #stop = new AbortController();
  readonly #patience = new Patience();
  #skippedAtMs = performance.now();

  constructor(
    private readonly parts: ConsumerParts,
    private readonly options: ConsumerOptions,
  ) {
    this.#table = new Map(
      options.subscriptions.flatMap((one) =>
        versionsOf(one.contract).map((version) => [`${one.contract.type}@${version}`, one] as const),
      ),
    );
  }

  stop(): void {
    this.#stop.abort();
  }

  async handle(batch: LogBatch): Promise<void> {
    const deliveries = await this.#deliveries(batch);
    for (const group of byTenant(deliveries)) await this.#applyGroup(batch, group);
    const last = batch.records.at(-1);
    // The last group noted its own position; what follows it is not for this consumer.
    if (last !== undefined && deliveries.at(-1)?.record !== last) await this.#skipTo(batch, last.position);
  }

  /** Applies one message again, for an operator's replay of a dead letter. */
  async replay(message: Envelope): Promise<void> {
    const subscription = this.#table.get(`${message.type}@${message.version}`);
    if (subscription === undefined) throw new Error(`${this.options.name} does not consume ${message.type}`);
    const record = { position: { major: 0n, minor: 0n }, envelope: message };
    await this.#inTransaction([{ record, message, subscription }], null);
  }

  async #deliveries(batch: LogBatch): Promise<Delivery[]> {
    const found: Delivery[] = [];
    for (const record of batch.records) {
      const read = readEnvelope(record.envelope);
      const delivery = read.envelope === null ? null : this.deliveryOf(record, read.envelope);
      if (read.envelope === null) await this.#buryUnread(batch, record, read.error);
      else if (delivery !== null) found.push(delivery);
    }
    return found;
  }

  /** What this consumer does about a message; null for nothing. */
  deliveryOf(record: LogRecord, message: Envelope): Delivery | null {
    const subscription = this.#table.get(`${message.type}@${message.version}`);
    return subscription === undefined ? null : { record, message, subscription };
  }

  /** A record that is no message at all stops nobody: it is set aside under its place in the log. */
  async #buryUnread(batch: LogBatch, record: LogRecord, error: unknown): Promise<void> {
    const { major, minor } = record.position;
    const id = `${batch.source}/${batch.partition}/${major}.${minor}`;
    const text = JSON.stringify(record.envelope ?? null);
    await this.parts.db.shard(batch.shard, async (raw) =>
      setAside(raw, { ...this.#failed(error), id, tenant: '', text, deferS: null }),
    );
    this.parts.metrics.deadLetters.inc({ consumer: this.options.name, type: 'unreadable' });
    this.parts.logger.error({ consumer: this.options.name, record: id }, 'record is not a message');
  }

  /** The fast way is the whole group in one transaction; if that fails, one by one finds the culprit. */
  async #applyGroup(batch: LogBatch, group: readonly Delivery[]): Promise<void> {
    if (group.length > 1) {
      try {
        await this.#inTransaction(group, batch);
        return;
      } catch (error) {
        this.parts.logger.debug(
          { consumer: this.options.name, error: messageOf(error) },
          'batch failed, going one by one',
        );
      }
    }
    for (const delivery of group) await this.#applyOne(batch, delivery);
  }

  async #applyOne(batch: LogBatch, delivery: Delivery): Promise<void> {
    const parts = partsOf(delivery);
    const triesMax = parts.length > 1 || delivery.part === true ? PART_TRIES_MAX : TRIES_MAX;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#inTransaction([delivery], batch);
        return;
      } catch (error) {
        // Without a database nothing can be tried nor buried: the log brings the batch again.
        if (this.#stop.signal.aborted || isConnectionLoss(error)) throw error;
        const pauseMs = RETRY_BASE_MS * 2 ** attempt;
        if (attempt >= triesMax || isTimeout(error) || !this.#patience.spend(pauseMs)) {
          if (parts.length > 1) return await this.#applyParts(batch, delivery, parts);
          // Tried less often than it may be: it is tried again, aside from the others.
          const deferred = isRetryable(error) || attempt < triesMax;
          return await this.#bury(batch, delivery, { error, deferred });
        }
        await this.#pause(pauseMs);
        if (this.#stop.signal.aborted) throw error;
      }
    }
  }

  /** Each part has its effect in a transaction of its own; one that cannot have it is set aside, and only that one. */
  async #applyParts(batch: LogBatch, whole: Delivery, parts: readonly Delivery[]): Promise<void> {
    for (const part of parts) await this.#applyOne(batch, part);
    const placement = await this.#placementOf([whole]);
    const share = this.#shareOf([whole], batch);
    await this.parts.db.shard(placement.shard, async (raw) => settleShares(raw, placement, [share]));
  }

  /** Cut short by `stop()`. */
  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #inTransaction(group: readonly Delivery[], batch: LogBatch | null): Promise<void> {
    const placement = await this.#placementOf(group);
    const startedAt = performance.now();
    await applyShares(this.parts.db, placement, [this.#shareOf(group, batch)]);
    this.applied(group, performance.now() - startedAt);
  }

  async #placementOf([first]: readonly Delivery[]): Promise<Placement> {
    const tenantId = first?.message.tenant ?? '';
    // Before the transaction: see `locate`.
    const placement = await this.parts.db.locate(tenantId);
    if (placement === null) throw new Error(`message of unknown tenant ${tenantId}`);
    return placement;
  }

  #shareOf(deliveries: readonly Delivery[], batch: LogBatch | null): Share {
    const last = deliveries.at(-1);
    // The position is that of the whole message, whose other parts may still have to be applied.
    const moves = batch !== null && last !== undefined && last.part !== true;
    const at = moves ? this.#at(batch, last.record.position) : null;
    return { consumer: this.options.name, deliveries, at };
  }

  /** Sets a message aside so that the others go on. It is tried again by itself, or waits for an operator. */
  async #bury(batch: LogBatch, delivery: Delivery, { error, deferred }: Failure): Promise<void> {
    const { message } = delivery;
    const { id, type, tenant } = message;
    const placement = await this.parts.db.locate(tenant);
    await this.parts.db.shard(placement?.shard ?? 'main', async (raw) => {
      const text = JSON.stringify(message);
      setAside(raw, { ...this.#failed(error), id, tenant, text, deferS: deferred ? DEFER_S : null });
      const { at } = this.#shareOf([delivery], batch);
      if (at !== null) writePosition(raw, at);
    });
    const fields = { consumer: this.options.name, type, message: id, tenant, error: messageOf(error) };
    if (deferred) {
      this.parts.logger.warn(fields, 'message deferred');
      return;
    }
    this.parts.metrics.deadLetters.inc({ consumer: this.options.name, type });
    this.parts.logger.error(fields, 'message set aside as a dead letter');
  }

  /**
   * Notes now and then how far it is over records for others: what was not noted is read again after a restart, and
   * skipped again.
   */
  async #skipTo(batch: LogBatch, position: Position): Promise<void> {
    if (performance.now() - this.#skippedAtMs < NOTE_POSITION_MS) return;
    this.#skippedAtMs = performance.now();
    await this.parts.db.shard(batch.shard, async (raw) => writePosition(raw, this.#at(batch, position)));
  }

  #failed(error: unknown) {
    return { consumer: this.options.name, error: messageOf(error) };
  }

  #at(batch: LogBatch, position: Position) {
    return { consumer: this.options.name, source: batch.source, partition: batch.partition, position };
  }

  /** These messages had their effect, which took so long. */
  applied(group: readonly Delivery[], ms: number): void {
    for (const { message } of group) {
      const labels = { consumer: this.options.name, type: message.type };
      this.parts.metrics.messages.inc({ ...labels, outcome: 'applied' });
      this.parts.metrics.messageSeconds.observe(labels, ms / 1_000 / group.length);
    }
    this.parts.logger.debug({ consumer: this.options.name, messages: group.length, ms }, 'messages applied');
  }
}
