import DataLoader from 'dataloader';
import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import { readScope } from '@tollgate/runtime/command/access';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database } from '@tollgate/runtime/database/db';
import { clocksOf } from '@tollgate/runtime/timers/test-clock';
import { customersByIds, type CustomerRow } from './customer/store.js';
import { tenantsByIds, type TenantRecord } from './tenant/store.js';

const CUSTOMERS = Symbol('customers');
const TENANTS = Symbol('tenants');
const CLOCKS = Symbol('clocks');
/** Keys of one statement. */
const BATCH_MAX = 1_000;

/** Customers of the caller's tenant by id: all that a request asks for in one statement. */
export function customerLoader(
  db: Database,
  context: RequestContext,
): DataLoader<string, CustomerRow | null> {
  return context.once(CUSTOMERS, () =>
    loader(async (ids) => {
      const rows = await customersByIds(db.reader(readScope(context)), ids);
      return new Map(rows.map((row) => [row.id, row]));
    }),
  );
}

/** Tenants by id. Whether the caller may see them is the resolver's to say. */
export function tenantLoader(db: Database, context: RequestContext): DataLoader<string, TenantRecord | null> {
  return context.once(TENANTS, () =>
    loader(async (ids) => {
      const records = await db.control((tx) => tenantsByIds(tx, ids));
      return new Map(records.map((record) => [record.id, record]));
    }),
  );
}

/** The present time of tenants, by their test clocks or the system's. */
export function clockLoader(db: Database, context: RequestContext): DataLoader<TenantRecord, Instant> {
  return context.once(
    CLOCKS,
    () =>
      new DataLoader<TenantRecord, Instant>(
        async (records) => {
          const now = instantFromMs(Date.now());
          const clocks = await clocksByTenant(db, records);
          return records.map(({ id }) => clocks.get(id) ?? now);
        },
        { maxBatchSize: BATCH_MAX },
      ),
  );
}

async function clocksByTenant(db: Database, records: readonly TenantRecord[]): Promise<Map<string, Instant>> {
  const sandboxes = records.filter(({ settings }) => settings.sandbox);
  const clocks = new Map<string, Instant>();
  for (const shard of new Set(sandboxes.map((record) => record.shard))) {
    const ids = sandboxes.filter((record) => record.shard === shard).map(({ id }) => id);
    for (const [id, now] of await db.shard(shard, (tx) => clocksOf(tx, ids))) clocks.set(id, now);
  }
  return clocks;
}

function loader<V>(read: (ids: readonly string[]) => Promise<Map<string, V>>): DataLoader<string, V | null> {
  return new DataLoader<string, V | null>(
    async (ids) => {
      const found = await read(ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: BATCH_MAX },
  );
}
