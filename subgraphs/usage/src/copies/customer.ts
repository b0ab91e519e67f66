import { setTimeout } from 'node:timers/promises';
import { customerChanged, type CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import { isId } from '@tollgate/kernel/id';
import type { TimeZone } from '@tollgate/kernel/time/time';
import type { Database, Queryable, Scope, TenantTx } from '@tollgate/runtime/database/db';
import type { FactToWaitFor } from '@tollgate/runtime/command/command';
import { on, type Subscription } from '@tollgate/runtime/messaging/consume';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';

/** Name of the consumer that keeps our copies of others' facts; its positions hang on it. */
export const CONSUMER = 'usage';

/** Before each look; together about as long as a consumer that is not behind needs at most. */
const NAMED_LOOKS_MS = [0, 30, 100, 300, 1_000];
const TENANTS_MAX = 2_000;
const CUSTOMERS_MAX = 100_000;

/** Customers as tenancy tells them; only what usage needs. */
export const customerSubscriptions: readonly Subscription[] = [
  on(customerChanged, (tx, { data }) => saveCustomer(tx, data)),
];

/** Keeps what tenancy tells of a customer; an older revision changes nothing. */
async function saveCustomer(tx: TenantTx, customer: CustomerRecord): Promise<void> {
  const { customerId, revision, timeZone, externalId } = customer;
  tx.post(SAVE_CUSTOMER_SQL, [customerId, revision, timeZone, externalId]);
}

const SAVE_CUSTOMER_SQL = `
  INSERT INTO {t}.usage_customer AS c (id, revision, time_zone, external_id) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, time_zone = excluded.time_zone,
    external_id = excluded.external_id
  WHERE c.revision < excluded.revision`;

/** A customer that was created a moment ago is on its way. */
export function customerToKnow(id: string): FactToWaitFor {
  return {
    consumer: CONSUMER,
    contract: customerChanged,
    aggregates: [id],
    known: async (tx) => (await findTimeZone(tx, id)) !== null,
  };
}

/** The zone a customer is billed in; null where there is no such customer. */
export async function findTimeZone(tx: TenantTx, customerId: string): Promise<TimeZone | null> {
  const [row] = await tx.query<{ time_zone: TimeZone }>(
    'SELECT time_zone FROM {t}.usage_customer WHERE id = $1',
    [customerId],
  );
  return row?.time_zone ?? null;
}

async function knownCustomers(tx: Queryable, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('SELECT id FROM {t}.usage_customer WHERE id = ANY($1)', [ids]);
  return rows.map((row) => row.id);
}

/** Of two that have a name for a moment, the one that was given it last is not known: neither is it then. */
async function namedCustomers(tenant: Queryable, names: readonly string[]) {
  return tenant.query<{ id: string; external_id: string }>(NAMED_SQL, [names]);
}

const NAMED_SQL = `
  SELECT min(id) AS id, external_id FROM {t}.usage_customer WHERE external_id = ANY($1)
  GROUP BY external_id HAVING count(*) = 1`;

/** Customers that this process knows to exist; they never go away. */
export class KnownCustomers {
  readonly #db: Database;
  /** By tenant. A set is replaced, never emptied: a report keeps the set it was judged by. */
  readonly #known = new Map<string, Set<string>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Customers that exist, including those of `wanted` that do or are on their way. */
  async among(scope: Scope, wanted: Iterable<string>): Promise<ReadonlySet<string>> {
    const customers = this.#ofTenant(scope.tenantId);
    const missing = new Set<string>();
    for (const id of wanted) if (!customers.has(id) && isId('cus', id)) missing.add(id);
    if (missing.size === 0) return customers;
    const needed = {
      db: this.#db,
      scope,
      consumer: CONSUMER,
      contract: customerChanged,
      aggregates: [...missing],
    };
    await eventually(needed, () => this.#learn(scope, missing, customers));
    return customers;
  }

  /**
   * Customers by the tenant's own ids of them. Those may pass from one to another, so nothing of it is remembered; one that
   * is not known yet is looked for a few times more, for its customer may just have been made.
   */
  async named(scope: Scope, wanted: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const missing = new Set(wanted);
    const found = new Map<string, string>();
    for (const waitMs of NAMED_LOOKS_MS) {
      if (missing.size === 0) break;
      if (waitMs > 0) await setTimeout(waitMs);
      for (const { id, external_id: name } of await namedCustomers(this.#db.reader(scope), [...missing]))
        if (missing.delete(name)) found.set(name, id);
    }
    return found;
  }

  async #learn(scope: Scope, missing: Set<string>, customers: Set<string>): Promise<true | null> {
    for (const id of await knownCustomers(this.#db.reader(scope), [...missing])) {
      customers.add(id);
      missing.delete(id);
    }
    return missing.size === 0 ? true : null;
  }

  #ofTenant(tenantId: string): Set<string> {
    const known = this.#known.get(tenantId);
    if (known !== undefined && known.size <= CUSTOMERS_MAX) return known;
    if (this.#known.size >= TENANTS_MAX) this.#known.clear();
    const customers = new Set<string>();
    this.#known.set(tenantId, customers);
    return customers;
  }
}
