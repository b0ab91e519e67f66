import { REGISTRY } from '@tollgate/contracts/registry';
import { TOPICS } from '@tollgate/contracts/topics';
import type { Database, RawTx } from '../database/db.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Metrics } from '../base/metrics.js';
import { MessageTooLarge, type KafkaSend } from './kafka.js';
import type { OutboxRecord } from './outbox-reader.js';
import { setAside } from './set-aside.js';

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

/** Whose position it is, and who set aside what could not be sent. */
export const RELAY = { consumer: 'relay', source: 'outbox', partition: 0 } as const;
/** What a topic does not take is tried again this much later: somebody may have given the topic another bound. */
const RESEND_S = 60;
const RESEND_MAX = 20;

/**
 * Sends records in order. Where a topic does not take so much at once they go in smaller portions; one that it does not
 * take at all is set aside, so that those behind it go on.
 */
export async function sendAll(
  parts: RelayParts,
  raw: RawTx,
  records: readonly OutboxRecord[],
): Promise<void> {
  const [first] = records;
  if (first === undefined) return;
  try {
    await parts.target.send(batchesOf(records));
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
    if (records.length === 1) return refused(parts, raw, { record: first, error });
    const middle = Math.ceil(records.length / 2);
    await sendAll(parts, raw, records.slice(0, middle));
    await sendAll(parts, raw, records.slice(middle));
  }
}

function refused(
  { logger, metrics }: RelayParts,
  raw: RawTx,
  { record, error }: { readonly record: OutboxRecord; readonly error: Error },
): void {
  const { id = '', tenant = '', type = '' } = (record.envelope ?? {}) as Partial<Record<string, string>>;
  const { text } = record;
  setAside(raw, { consumer: RELAY.consumer, id, tenant, text, error: messageOf(error), deferS: RESEND_S });
  metrics.deadLetters.inc({ consumer: RELAY.consumer, type });
  logger.error({ topic: record.topic, message: id, bytes: text.length }, 'a topic takes no message so large');
}

/** Records as they are sent: by topic, in order. */
function batchesOf(records: readonly OutboxRecord[]): KafkaSend[] {
  const topics = new Map<string, { key: string; value: string }[]>();
  for (const record of records) {
    const messages = topics.get(record.topic) ?? [];
    messages.push({ key: record.key, value: record.text });
    topics.set(record.topic, messages);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

interface Waiting {
  readonly id: bigint;
  readonly envelope: string;
}

/** Sends again what was set aside and is due; what still cannot be sent waits for as long again. */
export async function resendDue({ db, target, logger }: RelayParts, shard: string): Promise<void> {
  const due = await db.read<{ id: bigint }>(shard, DUE_SQL, [RELAY.consumer, RESEND_MAX]);
  for (const { id } of due) {
    await db.shard(shard, async (raw) => {
      const [row] = await raw.query<Waiting>(TAKE_SQL, [id.toString()]);
      if (row === undefined) return;
      try {
        await target.send(addressed(row.envelope));
        raw.post('DELETE FROM {s}.dead_letter WHERE id = $1', [row.id.toString()]);
        logger.info({ id: row.id.toString() }, 'a message that a topic did not take was sent');
      } catch (error) {
        raw.post(WAIT_SQL, [row.id.toString(), messageOf(error), RESEND_S]);
      }
    });
  }
}

function addressed(text: string): KafkaSend[] {
  const { key, type } = JSON.parse(text) as { readonly key: string; readonly type: string };
  const owner = REGISTRY.find((contract) => contract.type === type)?.owner;
  if (owner === undefined) throw new Error(`nobody publishes ${type}`);
  return [{ topic: TOPICS[owner].name, messages: [{ key, value: text }] }];
}

const DUE_SQL = `
  SELECT id FROM {s}.dead_letter
  WHERE consumer = $1 AND replay_requested_at <= clock_timestamp() ORDER BY id LIMIT $2`;
const TAKE_SQL = `
  SELECT id, envelope FROM {s}.dead_letter WHERE id = $1 FOR UPDATE SKIP LOCKED`;
const WAIT_SQL = `
  UPDATE {s}.dead_letter SET attempts = attempts + 1, error = $2, failed_at = clock_timestamp(),
         replay_requested_at = clock_timestamp() + make_interval(secs => $3) WHERE id = $1`;
