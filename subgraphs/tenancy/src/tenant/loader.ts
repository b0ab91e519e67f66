import DataLoader from 'dataloader';
import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { clocksOf } from '@tollgate/runtime/timers/test-clock';
import { tenantsByIds, type TenantRecord } from './store/tenant.js';

const TENANTS = Symbol('tenants');
const CLOCKS = Symbol('clocks');

/** Keys of one statement. */
const BATCH_MAX = 1_000;

/** Tenants by id. Whether the caller may see them is the resolver's to say. */
export function tenantLoader(db: Database, context: RequestContext): DataLoader<string, TenantRecord | null> {
  return context.once(
    TENANTS,
    () =>
      new DataLoader<string, TenantRecord | null>(
        async (ids) => {
          const records = await tenantsByIds(db.controlReader, ids);
          const found = new Map(records.map((record) => [record.id, record]));
          return ids.map((id) => found.get(id) ?? null);
        },
        { maxBatchSize: BATCH_MAX },
      ),
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
