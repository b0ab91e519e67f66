import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { isId } from '@tollgate/kernel/id';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';
import { byEventType, type Meter, type MetersByType } from './domain/meter.js';
import { knownCustomers, readMeters } from '../event/store.js';
import { CONSUMER } from '../period/events.js';

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
  /** Replaced, never emptied: a report keeps the set it was judged by. */
  customers: Set<string>;
}

const METERS_TTL_MS = 1_000;
const TENANTS_MAX = 2_000;
const CUSTOMERS_MAX = 100_000;

/**
 * What this process remembers of tenants' meters and customers. Never wrong where it matters: reports are stored
 * under the version of the meters that judged them, and customers never go away.
 */
export class Catalogue {
  readonly #tenants = new Map<string, Remembered>();

  constructor(private readonly db: Database) {}

  /** The meters, at most a second old. */
  async meters(scope: Scope): Promise<MeterSet> {
    const tenant = this.#tenant(scope.tenantId);
    const fresh = tenant.set !== undefined && performance.now() - tenant.readAtMs < METERS_TTL_MS;
    return fresh && tenant.set !== undefined ? tenant.set : this.reload(scope);
  }

  /** The meters as they are now; callers at the same time share one read. */
  async reload(scope: Scope): Promise<MeterSet> {
    const tenant = this.#tenant(scope.tenantId);
    tenant.loading ??= this.db
      .tenant(scope, (tx) => this.loadIn(tx))
      .finally(() => {
        tenant.loading = undefined;
      });
    return tenant.loading;
  }

  /** The meters as a transaction sees them. */
  async loadIn(tx: TenantTx): Promise<MeterSet> {
    const tenant = this.#tenant(tx.scope.tenantId);
    const meters = await readMeters(tx);
    tenant.set = { version: meters.at(-1)?.version ?? 0, meters, byType: byEventType(meters) };
    tenant.readAtMs = performance.now();
    return tenant.set;
  }

  /** The meters as they were last read, however long ago; a reader checks their version. */
  async lastMeters(scope: Scope): Promise<MeterSet> {
    return this.#tenant(scope.tenantId).set ?? this.reload(scope);
  }

  forgetMeters(tenantId: string): void {
    this.#tenant(tenantId).readAtMs = -Infinity;
  }

  /** Customers that are known to exist, including those of `wanted` that do or are on their way. */
  async customers(scope: Scope, wanted: Iterable<string>): Promise<ReadonlySet<string>> {
    const tenant = this.#tenant(scope.tenantId);
    if (tenant.customers.size > CUSTOMERS_MAX) tenant.customers = new Set();
    const { customers } = tenant;
    const missing = new Set<string>();
    for (const id of wanted) if (!customers.has(id) && isId('cus', id)) missing.add(id);
    if (missing.size === 0) return customers;
    const needed = {
      db: this.db,
      scope,
      consumer: CONSUMER,
      contract: customerChanged,
      aggregates: [...missing],
    };
    await eventually(needed, () => this.#learn(scope, missing, customers));
    return customers;
  }

  async #learn(scope: Scope, missing: Set<string>, customers: Set<string>): Promise<true | null> {
    for (const id of await this.db.tenant(scope, (tx) => knownCustomers(tx, [...missing]))) {
      customers.add(id);
      missing.delete(id);
    }
    return missing.size === 0 ? true : null;
  }

  #tenant(tenantId: string): Remembered {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    if (this.#tenants.size >= TENANTS_MAX) this.#tenants.clear();
    const tenant = { set: undefined, readAtMs: -Infinity, loading: undefined, customers: new Set<string>() };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}
