import { assert } from '@tollgate/kernel/assert';
import { FairShare } from './fair-share.js';
import { createPool, type Pool } from './pool.js';

export interface DatabaseOptions {
  /** Login of the services: may switch to tenant roles, owns nothing. Holds the control schema. */
  readonly url: string;
  /** Further shards by name; `main` is the database of `url`. */
  readonly shards?: Readonly<Record<string, string>>;
  /** Login that may create schemas and roles; only provisioning and migrations have it. */
  readonly adminUrl?: string | undefined;
  /** Connections of the API to each shard; default 16. */
  readonly poolMax?: number | undefined;
  /** Connections of background work to each shard, besides; default 16. */
  readonly workerPoolMax?: number | undefined;
}

/** What connections are for: somebody waits for an answer, or work is done in the background. */
export type Lane = 'api' | 'workers';

const POOL_MAX = 16;
const ADMIN_MAX = 2;
/** Nobody waits longer for one answer; whoever asks for more at once is told so. */
export const API_STATEMENT_MAX_MS = 10_000;
const WORKER_STATEMENT_MAX_MS = 30_000;

/** The connections of one lane of a process: to each shard, and as the owner. */
export class Pools {
  readonly #pools = new Map<string, Pool>();
  readonly #shares = new Map<string, FairShare>();
  readonly shards: readonly string[];

  constructor(options: DatabaseOptions, lane: Lane) {
    const { url, shards = {}, adminUrl } = options;
    const max = (lane === 'api' ? options.poolMax : options.workerPoolMax) ?? POOL_MAX;
    const statementMaxMs = lane === 'api' ? API_STATEMENT_MAX_MS : WORKER_STATEMENT_MAX_MS;
    const urls: Readonly<Record<string, string>> = { ...shards, main: url };
    this.shards = ['main', ...Object.keys(shards).filter((name) => name !== 'main')];
    for (const name of this.shards) {
      this.#pools.set(name, createPool({ url: urls[name] ?? url, max, statementMaxMs }));
      // Background work takes turns by itself, and has as many places as it has workers.
      if (lane === 'api') this.#shares.set(name, new FairShare(max));
    }
    if (adminUrl !== undefined)
      this.#pools.set('admin', createPool({ url: adminUrl, max: ADMIN_MAX, statementMaxMs: null }));
  }

  pool(name: string): Pool {
    const pool = this.#pools.get(name);
    assert(pool !== undefined, `the configuration names the database "${name}"`);
    return pool;
  }

  /** Runs a tenant's work when the tenant may have one connection more; throws `Crowded` where it may not for long. */
  share<T>(shard: string, tenantId: string, work: () => Promise<T>): Promise<T> {
    const share = this.#shares.get(shard);
    return share === undefined ? work() : share.hold(tenantId, work);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}
