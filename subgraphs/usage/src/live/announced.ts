import type { Scope } from '@tollgate/runtime/database/db';

/** Customers of a tenant whose live totals change. */
export interface Change {
  readonly scope: Scope;
  readonly customerIds: readonly string[];
}

/** A change that was not told by then is told without its commit being known: one that nothing came of is read in vain. */
const OVERDUE_MS = 2_000;
/** Longer than any transaction may take: what came of it is known by then. */
const FORGOTTEN_AFTER_MS = 60_000;

/**
 * Changes whose transaction is under way. One that ends without a word, as when the connection is lost while it commits,
 * may have been kept all the same.
 */
export class Announced {
  readonly #sinceMs = new Map<Change, number>();

  /** Notes a change before its transaction ends. */
  add(change: Change): void {
    this.#sinceMs.set(change, performance.now());
  }

  /** A change is committed. */
  delete(change: Change): void {
    this.#sinceMs.delete(change);
  }

  /** Changes that nothing was heard of for too long; for the last time those that are as old as no transaction is. */
  overdue(nowMs = performance.now()): readonly Change[] {
    const due = [...this.#sinceMs].filter(([, sinceMs]) => nowMs - sinceMs >= OVERDUE_MS);
    for (const [change, sinceMs] of due)
      if (nowMs - sinceMs >= FORGOTTEN_AFTER_MS) this.#sinceMs.delete(change);
    return due.map(([change]) => change);
  }
}
