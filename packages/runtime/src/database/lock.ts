import type { TenantTx, Tx } from './tx.js';

/**
 * One holder at a time of `key` among all of its kind (`what`), until the transaction ends. Nobody waits for the answer
 * here: whatever the transaction asks next is asked with the lock in hand. Keys of tenants begin with the tenant's id,
 * for locks know no schemas. A rehearsal, which nobody sees anything of, takes none.
 */
export function lock(
  tx: Pick<Tx, 'post'> & Partial<Pick<TenantTx, 'rehearsal'>>,
  what: string,
  key: string,
): void {
  if (tx.rehearsal) return;
  tx.post('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${what}/${key}`]);
}

/** Takes the lock if nobody holds it; false where somebody does. */
export async function tryLock(tx: Pick<Tx, 'query'>, what: string, key: string): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
    [`${what}/${key}`],
  );
  return row?.taken === true;
}

/**
 * Takes the lock if nobody holds it and waits for no answer: the transaction's later statements say `LOCKED` where they
 * need it. One such lock at a time.
 */
export function postTryLock(tx: Pick<Tx, 'post'>, what: string, key: string): void {
  const { text, values } = tryLockStatement(what, key);
  tx.post(text, values);
}

/** The same as a statement. */
export function tryLockStatement(what: string, key: string): { text: string; values: readonly unknown[] } {
  return { text: TRY_LOCK_SQL, values: [`${what}/${key}`] };
}

const TRY_LOCK_SQL = `
  SELECT set_config('tollgate.locked', pg_try_advisory_xact_lock(hashtextextended($1, 0))::text, true)`;

/** SQL that is true in statements after the one that was given its lock. They see what was done before it was given. */
export const LOCKED = `current_setting('tollgate.locked') = 'true'`;
