import type { Envelope } from '@tollgate/contracts/envelope';
import { Retryable } from '../base/errors.js';
import type { Database, Scope, TenantTx } from '../database/db.js';
import type { Rehearsal } from '../database/rehearsal.js';
import type { Subscription } from './consume.js';
import { movedOn, type Fact } from './wait-for-fact.js';

/** Does about messages that were never sent what a consumer with these subscriptions would; others do not concern it. */
export async function applied(
  tx: TenantTx,
  subscriptions: readonly Subscription[],
  messages: readonly Envelope[],
): Promise<void> {
  for (const message of messages) {
    const one = subscriptions.find(({ contract }) => contract.type === message.type);
    await one?.apply(tx, [message]);
  }
}

/** What a rehearsal needs that may be on its way here yet. */
export interface Rehearsing {
  readonly db: Database;
  readonly scope: Scope;
  readonly facts: readonly Fact[];
}

/**
 * Rehearses, and again while something that the work lacks (it throws `Retryable`) is on its way here. Throws `Retryable`
 * where nothing is, or where that takes too long.
 */
export async function rehearsed<T>(
  { db, scope, facts }: Rehearsing,
  work: (tx: TenantTx, rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const waiting = { db, scope, sinceMs: performance.now() };
  for (let last = false; ;) {
    try {
      return await db.rehearse(scope, work);
    } catch (error) {
      if (last || !(error instanceof Retryable)) throw error;
      // Asked before the next try: what is applied between the two is then seen by that.
      last = !(await movedOn(waiting, facts));
    }
  }
}
