import { createHash } from 'node:crypto';
import { canonicalJson } from '@tollgate/kernel/codec';
import { lock } from '@tollgate/runtime/database/lock';
import type { Tx } from '@tollgate/runtime/database/tx';
import type { RequestContext } from '@tollgate/runtime/graphql/context';

/** A command of the platform itself that may be sent again. */
export interface PlatformCommand {
  readonly name: string;
  readonly key: string | null;
  readonly body: unknown;
}

/** What a repeated command finds: the first one's answer, or that the key belongs to another body. */
export type Earlier<T> = { readonly kind: 'answer'; readonly answer: T } | { readonly kind: 'conflict' };

/**
 * What was answered under this key before; null where nothing was. A second command with the same key waits here
 * until the first one's transaction has ended.
 */
export async function earlierAnswer<T>(tx: Tx, command: PlatformCommand): Promise<Earlier<T> | null> {
  if (command.key === null) return null;
  lock(tx, 'idempotency', `control/${command.name}/${command.key}`);
  const [row] = await tx.query<{ body_hash: string; answer: T }>(
    'SELECT body_hash, answer FROM {c}.idempotency WHERE command = $1 AND key = $2',
    [command.name, command.key],
  );
  if (row === undefined) return null;
  return row.body_hash === bodyHash(command.body)
    ? { kind: 'answer', answer: row.answer }
    : { kind: 'conflict' };
}

/** Keeps the answer for whoever sends the command again. Never a secret: the table is plain. */
export async function keepAnswer(tx: Tx, command: PlatformCommand, answer: object): Promise<void> {
  if (command.key === null) return;
  await tx.query('INSERT INTO {c}.idempotency (command, key, body_hash, answer) VALUES ($1, $2, $3, $4)', [
    command.name,
    command.key,
    bodyHash(command.body),
    JSON.stringify(answer),
  ]);
}

/** What came of a command, for our own eyes. */
export interface Act {
  readonly command: string;
  readonly subject: string;
  readonly outcome: string;
}

/** Notes what staff did, in the transaction of what was done. What tenants do stands in their own trails only. */
export async function noteAct(tx: Tx, context: RequestContext, act: Act): Promise<void> {
  const { identity, correlation } = context;
  if (identity.kind !== 'staff') return;
  await tx.query(
    `INSERT INTO {c}.staff_audit (actor, command, subject, outcome, reason, correlation)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [identity.actor, act.command, act.subject, act.outcome, identity.reason ?? null, correlation],
  );
}

function bodyHash(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}
