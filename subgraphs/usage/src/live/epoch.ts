import type { Database } from '@tollgate/runtime/database/db';
import { readHistory } from './store.js';

/** A database that is restored to an earlier moment goes on under another name: how long the old one may still be used. */
const EPOCH_MS = 30_000;

interface Known {
  readonly epoch: Promise<string>;
  readonly readAtMs: number;
}

/**
 * Names of the histories that tenants' databases have: what the live store keeps of a history that a restore cut off is
 * not of theirs, and its versions say nothing.
 */
export class Epochs {
  readonly #db: Database;
  readonly #known = new Map<string, Known>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The history of the tenant's database, at most 30 s old. */
  async of(tenantId: string): Promise<string> {
    const placement = await this.#db.locate(tenantId);
    const shard = placement?.shard ?? 'main';
    const known = this.#known.get(shard);
    if (known !== undefined && performance.now() - known.readAtMs < EPOCH_MS) return known.epoch;
    const epoch = readHistory(this.#db.single(shard));
    this.#known.set(shard, { epoch, readAtMs: performance.now() });
    epoch.catch(() => this.#known.delete(shard));
    return epoch;
  }
}
