import { createHash } from 'node:crypto';
import { canonicalJson } from '@tollgate/kernel/codec';
import type { Queryable } from '@tollgate/runtime/database/db';

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
export async function earlierAnswer<T>(tx: Queryable, command: PlatformCommand): Promise<Earlier<T> | null> {
  if (command.key === null) return null;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [
    `control/${command.name}/${command.key}`,
  ]);
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
export async function keepAnswer(tx: Queryable, command: PlatformCommand, answer: object): Promise<void> {
  if (command.key === null) return;
  await tx.query('INSERT INTO {c}.idempotency (command, key, body_hash, answer) VALUES ($1, $2, $3, $4)', [
    command.name,
    command.key,
    bodyHash(command.body),
    JSON.stringify(answer),
  ]);
}

/** What a staff member did, for our own eyes. */
export interface StaffAct {
  readonly actor: string;
  readonly command: string;
  readonly subject: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly correlation: string;
}

/** Notes what staff did to the platform, in the transaction of what was done. */
export async function noteStaffAct(tx: Queryable, act: StaffAct): Promise<void> {
  await tx.query(
    `INSERT INTO {c}.staff_audit (actor, command, subject, outcome, reason, correlation)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [act.actor, act.command, act.subject, act.outcome, act.reason, act.correlation],
  );
}

function bodyHash(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}
