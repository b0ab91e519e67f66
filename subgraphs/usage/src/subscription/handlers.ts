import { setTimeout } from 'node:timers/promises';
import { isId } from '@tollgate/kernel/id';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { customersOfSubscriptions } from './store.js';

/** Before each look; together about as long as a consumer that is not behind needs at most. */
const LOOKS_MS = [0, 30, 100, 300, 1_000];
const TENANTS_MAX = 2_000;
const SUBSCRIPTIONS_MAX = 100_000;
const NONE: ReadonlyMap<string, string> = new Map();

/** Whose the subscriptions are that this process knows: that never changes. */
export class KnownSubscriptions {
  readonly #db: Database;
  /** By tenant. A map is replaced, never emptied: a report keeps what it was judged by. */
  readonly #known = new Map<string, Map<string, string>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Customers by their subscriptions, those of `wanted` among them that have begun, or do so just now. */
  async among(scope: Scope, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    if (wanted.size === 0) return NONE;
    const known = this.#ofTenant(scope.tenantId);
    const missing = new Set([...wanted].filter((id) => !known.has(id) && isId('sub', id)));
    for (const waitMs of LOOKS_MS) {
      if (missing.size === 0) break;
      if (waitMs > 0) await setTimeout(waitMs);
      for (const { id, customerId } of await customersOfSubscriptions(this.#db.reader(scope), [...missing])) {
        known.set(id, customerId);
        missing.delete(id);
      }
    }
    return known;
  }

  #ofTenant(tenantId: string): Map<string, string> {
    const known = this.#known.get(tenantId);
    if (known !== undefined && known.size <= SUBSCRIPTIONS_MAX) return known;
    if (this.#known.size >= TENANTS_MAX) this.#known.clear();
    const fresh = new Map<string, string>();
    this.#known.set(tenantId, fresh);
    return fresh;
  }
}
