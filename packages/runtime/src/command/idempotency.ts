import { createHash } from 'node:crypto';
import { canonicalJson, decodeJson, type JsonValue } from '@tollgate/kernel/codec';
import { lock } from '../database/lock.js';
import type { TenantTx } from '../database/db.js';

const KEY_LENGTH_MAX = 200;
/** Control characters and halves of surrogate pairs: Postgres stores them not at all, or as another character. */
const KEY = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${KEY_LENGTH_MAX}}$`, 'u');

/** What is wrong with a key; null where nothing is. */
export function keyFault(key: string): string | null {
  return KEY.test(key) ? null : `Give an idempotency key of 1 to ${KEY_LENGTH_MAX} printable characters.`;
}

/** A command that may be sent again, and what it asks for. */
export interface KeyedCommand {
  readonly name: string;
  readonly key: string;
  readonly body: unknown;
}

/** What became of the same key earlier. */
export type Earlier<T> = { readonly kind: 'answered'; readonly answer: T } | { readonly kind: 'conflict' };

/**
 * The first answer to this key; `conflict` where it came with another body; null where it is new. Two requests with one
 * key at the same time: the second waits here and then finds the first one's answer.
 */
export async function earlierAnswer<T>(tx: TenantTx, command: KeyedCommand): Promise<Earlier<T> | null> {
  lock(tx, 'idempotency', `${tx.scope.tenantId}/${command.name}/${command.key}`);
  const [row] = await tx.query<{ body_hash: string; answer: JsonValue }>(
    'SELECT body_hash, answer FROM {t}.idempotency WHERE command = $1 AND key = $2',
    [command.name, command.key],
  );
  if (row === undefined) return null;
  if (row.body_hash !== hashOf(command.body)) return { kind: 'conflict' };
  return { kind: 'answered', answer: decodeJson(row.answer) as T };
}

/** Keeps the answer with the transaction's next write, so that answer and effect commit together. */
export function keepAnswer(tx: TenantTx, command: KeyedCommand, answer: unknown): void {
  tx.post('INSERT INTO {t}.idempotency (command, key, body_hash, answer) VALUES ($1, $2, $3, $4)', [
    command.name,
    command.key,
    hashOf(command.body),
    JSON.stringify(answer, bigintAsJson),
  ]);
}

function hashOf(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}

/** As the journal's codec writes it, so that the first answer and the repeated one are the same. */
function bigintAsJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $bigint: value.toString() } : value;
}
