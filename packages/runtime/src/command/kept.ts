import { LRUCache } from 'lru-cache';
import type { TenantTx } from '../database/db.js';
import { endsOf, type StreamEnd } from '../journal/journal.js';
import type { Loaded } from './aggregate.js';

/** What all kept aggregates of one noun weigh together at most. */
const WEIGHT_MAX = 32_000;

interface Kept<State> {
  readonly loaded: Loaded<State>;
  readonly end: StreamEnd;
}

/**
 * Aggregates as this process committed them. What is written in a stream never changes, so one is as good as read anew where
 * the stream still ends with the very event that it ended with, which is asked in the transaction that uses it. The version
 * alone does not say so: after a restore somebody else may have written another event of that version.
 */
export class KeptAggregates<State> {
  readonly #kept: LRUCache<string, Kept<State>>;
  readonly #committed = new WeakSet<Loaded<State>>();

  /** `weightOf`: what one takes in memory, in any unit of about a kilobyte. */
  constructor(weightOf: (state: State) => number) {
    this.#kept = new LRUCache({
      maxSize: WEIGHT_MAX,
      sizeCalculation: ({ loaded }) => Math.max(1, Math.ceil(weightOf(loaded.state))),
    });
  }

  /** Keeps what a transaction leaves behind, should it commit. */
  keep(tx: TenantTx, loaded: readonly Loaded<State>[]): void {
    const { tenantId, cause, correlation } = tx.scope;
    tx.onCommit(() => {
      for (const one of loaded) {
        this.#committed.add(one);
        const end = { version: one.version, cause, correlation };
        this.#kept.set(keyOf(tenantId, one.id), { loaded: one, end });
      }
    });
  }

  /** Whether this process committed this very one: where its stream still ends with it, its rows are as this process wrote them. */
  isCommitted(loaded: Loaded<State>): boolean {
    return this.#committed.has(loaded);
  }

  /** Ids that may be found here. */
  known(tx: TenantTx, ids: readonly string[]): string[] {
    return ids.filter((id) => this.#kept.has(keyOf(tx.scope.tenantId, id)));
  }

  /** Those of the aggregates that are still as they were kept. */
  async current(tx: TenantTx, ids: readonly string[]): Promise<Loaded<State>[]> {
    if (ids.length === 0) return [];
    // In hand before anything is waited for: others may be kept in place of these meanwhile.
    const kept = ids.flatMap((id) => this.#kept.get(keyOf(tx.scope.tenantId, id)) ?? []);
    const ends = await endsOf(tx, ids);
    return kept.flatMap(({ loaded, end }) => (isSame(end, ends.get(loaded.id)) ? [loaded] : []));
  }
}

function isSame(one: StreamEnd, other: StreamEnd | undefined): boolean {
  return one.version === other?.version && one.cause === other.cause && one.correlation === other.correlation;
}

function keyOf(tenantId: string, id: string): string {
  return `${tenantId}/${id}`;
}
