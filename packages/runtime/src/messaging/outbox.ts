import { envelope as envelopeSchema, type Envelope } from '@tollgate/contracts/envelope';
import { soundData, type DataOf, type EventContract } from '@tollgate/contracts/event';
import { TOPICS } from '@tollgate/contracts/topics';
import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '../database/db.js';
import type { Rehearsal } from '../database/rehearsal.js';
import { arrayOf } from '../database/parameters.js';
import { newId } from '../base/new-id.js';
import { wakeLog } from '../base/wake.js';
import { keepOwn } from './own-messages.js';
import { pendingOf } from './pending.js';

/** A message to publish: which event, its data, and the aggregate whose order it keeps. */
export interface Outgoing<C extends EventContract = EventContract> {
  readonly contract: C;
  readonly data: DataOf<C>;
  readonly aggregate: string;
  readonly occurredAt: Instant;
}

/** Keeps the compiler's eye on contract and data. */
export function outgoing<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  fact: { readonly aggregate: string; readonly occurredAt: Instant; readonly data: Data },
): Outgoing {
  return { ...fact, contract: contract as EventContract } as Outgoing;
}

/**
 * Writes messages to the outbox with the transaction's next write: they are published if it commits, and only then.
 * Data is checked against the contract here, so that a wrong message fails its writer and not its readers.
 */
export async function publish(tx: TenantTx, messages: readonly Outgoing[]): Promise<void> {
  if (messages.length === 0) return;
  if (tx.rehearsal !== null) return note(tx, tx.rehearsal, messages);
  const rows = messages.map((message) => addressed(tx, message));
  const written = rows.map((row) => {
    const envelope = envelopeOf(tx, row);
    return { envelope, text: textOf(envelope) };
  });
  const topics = rows.map((row) => TOPICS[row.message.contract.owner].name);
  const columns = [
    tx.scope.tenantId,
    topics,
    rows.map((row) => row.key),
    rows.map((row) => row.id),
    arrayOf(
      'text',
      written.map(({ text }) => text),
    ),
  ];
  if (tx.placement.sandbox) {
    const pending = pendingOf(rows.map(({ id, message }) => ({ id, type: message.contract.type })));
    tx.post(PUBLISH_WAITED_FOR_SQL, [...columns, pending.consumers, pending.messageIds]);
  } else {
    tx.post(PUBLISH_SQL, columns);
  }
  tx.onCommit(() => {
    keepOwn(written);
    wakeLog(topics);
  });
}

/** What the topics take; a larger message would stop the relay, so its writer is refused. */
export const MESSAGE_MAX_BYTES = 8 * 1024 * 1024;
/** What a UTF-16 unit takes at most. */
const UTF8_BYTES_MAX = 3;

function textOf(message: object): string {
  const text = JSON.stringify(message);
  // Most are far below it, whatever they are made of.
  const isBounded = text.length * UTF8_BYTES_MAX <= MESSAGE_MAX_BYTES;
  assert(isBounded || Buffer.byteLength(text) <= MESSAGE_MAX_BYTES, 'a message has at most 8 MiB');
  return text;
}

const PUBLISH_SQL = `
  INSERT INTO {s}.outbox (tenant_id, topic, key, message_id, envelope)
  SELECT $1, t, k, m, e FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS n(t, k, m, e, o)
  ORDER BY o`;

/** In a sandbox the clock waits for every consumer of every message. */
const PUBLISH_WAITED_FOR_SQL = `
  WITH published AS (${PUBLISH_SQL})
  INSERT INTO {s}.clock_pending (tenant_id, consumer, message_id)
  SELECT $1, c, m FROM unnest($6::text[], $7::text[]) AS p(c, m)`;

interface Addressed {
  readonly id: string;
  readonly key: string;
  readonly message: Outgoing;
}

function addressed(tx: TenantTx, message: Outgoing): Addressed {
  return { message, key: `${tx.scope.tenantId}:${message.aggregate}`, id: newId('evt') };
}

/** What a rehearsal would publish. */
function note(tx: TenantTx, rehearsal: Rehearsal, messages: readonly Outgoing[]): void {
  rehearsal.told.push(...messages.map((message) => envelopeOf(tx, addressed(tx, message))));
}

function envelopeOf(tx: TenantTx, { id, key, message }: Addressed): Envelope {
  return envelopeSchema.parse({
    id,
    type: message.contract.type,
    version: message.contract.version,
    tenant: tx.scope.tenantId,
    key,
    occurredAt: message.occurredAt,
    correlation: tx.scope.correlation,
    cause: tx.scope.cause,
    actor: tx.scope.actor,
    data: soundData(message.contract, message.data),
  });
}
