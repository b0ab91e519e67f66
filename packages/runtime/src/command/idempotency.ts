import { createHash } from 'node:crypto';
import { canonicalJson, decodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { TenantTx } from '../database/db.js';

const KEY_LENGTH_MAX = 200;
/** Control characters and halves of surrogate pairs: Postgres stores them not at all, or as another character. */
const KEY = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${KEY_LENGTH_MAX}}$`, 'u');

/**
 * Runs a command once per key: the same key with the same body gets the first answer again, with another body
 * `conflict()`. Answer and effect commit together. Without a key the command simply runs.
 */
export async function once<T>(
  tx: TenantTx,
  command: { readonly name: string; readonly key: string | null | undefined; readonly body: unknown },
  run: () => Promise<T>,
  conflict: (message: string) => T,
): Promise<T> {
  const { key } = command;
  if (key === null || key === undefined) return run();
  if (!KEY.test(key)) return conflict(`An idempotency key has 1 to ${KEY_LENGTH_MAX} printable characters.`);
  const hash = createHash('sha256').update(canonicalJson(command.body)).digest('hex');
  // Two requests with one key at the same time: the second waits here and then finds the first one's answer.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [
    `${tx.scope.tenantId}/${command.name}/${key}`,
  ]);
  const [row] = await tx.query<{ body_hash: string; answer: JsonValue }>(
    'SELECT body_hash, answer FROM {t}.idempotency WHERE command = $1 AND key = $2',
    [command.name, key],
  );
  if (row !== undefined) {
    if (row.body_hash !== hash) return conflict('This idempotency key was used with another body.');
    return decodeJson(row.answer) as T;
  }
  const answer = await run();
  await tx.query('INSERT INTO {t}.idempotency (command, key, body_hash, answer) VALUES ($1, $2, $3, $4)', [
    command.name,
    key,
    hash,
    JSON.stringify(answer, bigintAsJson),
  ]);
  return answer;
}

/** As the journal's codec writes it, so that the first answer and the repeated one are the same. */
function bigintAsJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $bigint: value.toString() } : value;
}
