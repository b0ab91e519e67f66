import type { Database, Queryable, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { byEventType, type Meter, type MetersByType } from './domain/meter.js';
import { readMeters } from './store.js';

/** A tenant's meters at one version of their set. */
export interface MeterSet {
  readonly version: number;
  readonly meters: readonly Meter[];
  readonly byType: MetersByType;
}

interface Remembered {
  set: MeterSet | undefined;
  readAtMs: number;
  loading: Promise<MeterSet> | undefined;
}

const METERS_TTL_MS = 1_000;
const TENANTS_MAX = 2_000;

/**
 * What this process remembers of tenants' meters. Never wrong where it matters: reports are stored under the version
 * of the meters that judged them.
 */
export class MeterCache {
  readonly #db: Database;
  readonly #tenants = new Map<string, Remembered>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The meters, at most a second old. */
  async meters(scope: Scope): Promise<MeterSet> {
    const tenant = this.#tenant(scope.tenantId);
    const fresh = tenant.set !== undefined && performance.now() - tenant.readAtMs < METERS_TTL_MS;
    return fresh && tenant.set !== undefined ? tenant.set : this.reload(scope);
  }

  /** The meter, null if there is none; one that others made a moment ago is found too. */
  async meter(scope: Scope, id: string): Promise<Meter | null> {
    const found = (await this.meters(scope)).meters.find((meter) => meter.id === id);
    return found ?? (await this.reload(scope)).meters.find((meter) => meter.id === id) ?? null;
  }

  /** The meters as they are now; callers at the same time share one read. */
  async reload(scope: Scope): Promise<MeterSet> {
    const tenant = this.#tenant(scope.tenantId);
    tenant.loading ??= this.#load(scope.tenantId, this.#db.reader(scope)).finally(() => {
      tenant.loading = undefined;
    });
    return tenant.loading;
  }

  /** The meters as a transaction sees them. */
  loadIn(tx: TenantTx): Promise<MeterSet> {
    return this.#load(tx.scope.tenantId, tx);
  }

  /** The meters as they were last read, however long ago; a reader checks their version. */
  async lastMeters(scope: Scope): Promise<MeterSet> {
    return this.#tenant(scope.tenantId).set ?? this.reload(scope);
  }

  /** A meter was made: the next look is a fresh one. */
  forget(tenantId: string): void {
    this.#tenant(tenantId).readAtMs = -Infinity;
  }

  async #load(tenantId: string, from: Queryable): Promise<MeterSet> {
    const tenant = this.#tenant(tenantId);
    const meters = await readMeters(from);
    tenant.set = { version: meters.at(-1)?.version ?? 0, meters, byType: byEventType(meters) };
    tenant.readAtMs = performance.now();
    return tenant.set;
  }

  #tenant(tenantId: string): Remembered {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    if (this.#tenants.size >= TENANTS_MAX) this.#tenants.clear();
    const tenant = { set: undefined, readAtMs: -Infinity, loading: undefined };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}
