import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import type { StoredTally } from '../total/store/total.js';

/** A customer's totals in the current periods of its subscriptions, as the projection has them. */
export interface LiveState {
  readonly customerId: string;
  /** Grows with every change. */
  readonly version: bigint;
  readonly at: Instant;
  readonly periods: readonly LivePeriod[];
}

export interface LivePeriod extends Period {
  /** Of meters with usage only, by their ids. */
  readonly tallies: Readonly<Record<string, StoredTally>>;
}

interface LiveRow {
  customer_id: string;
  version: bigint;
  at: Instant;
  period_from: Instant | null;
  period_to: Instant | null;
  tallies: LivePeriod['tallies'] | null;
}

/** Live states of customers, each of one moment. A customer without any has version 0. */
export async function readLiveStates(
  tenant: Queryable,
  customerIds: readonly string[],
): Promise<LiveState[]> {
  if (customerIds.length === 0) return [];
  return statesOf(await tenant.query<LiveRow>(liveSql('unnest($1::text[]) AS w(id)'), [customerIds]));
}

/** Live states of customers that changed since, and the database's time of the look. At most 1,000 customers. */
export async function readChangedStates(
  tx: TenantTx,
  since: Instant,
): Promise<{ states: LiveState[]; readAt: Instant }> {
  const [clock] = await tx.query<{ now: Instant }>('SELECT clock_timestamp() AS now');
  const rows = await tx.query<LiveRow>(liveSql(CHANGED_SQL), [since]);
  return { states: statesOf(rows), readAt: clock?.now ?? since };
}

const CHANGED_SQL = `
  (SELECT customer_id AS id FROM {t}.usage_customer_live WHERE updated_at > $1
   ORDER BY updated_at DESC LIMIT 1000) AS w`;

/** Versions of a later history of the database are greater than those of one that a restore cut off. */
const HISTORY_SQL = `(('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint << 36)`;

/** One statement, so that version and totals are of one moment. */
function liveSql(customers: string): string {
  return `
  SELECT w.id AS customer_id, coalesce(l.version, 0) + ${HISTORY_SQL} AS version, coalesce(l.changed_at, now()) AS at,
         p.period_from, p.period_to, t.tallies
  FROM ${customers}
  LEFT JOIN {t}.usage_customer_live l ON l.customer_id = w.id COLLATE "C"
  LEFT JOIN LATERAL (
    SELECT DISTINCT s.period_from, s.period_to FROM {t}.usage_subscription s
    WHERE s.customer_id = w.id COLLATE "C" AND NOT s.paused
      AND NOT EXISTS (SELECT FROM {t}.usage_subscription_end x WHERE x.id = s.id)) p ON true
  LEFT JOIN {t}.usage_period_total t ON t.customer_id = w.id COLLATE "C"
    AND t.period_from = p.period_from AND t.period_to = p.period_to
  ORDER BY w.id, p.period_from, p.period_to`;
}

interface GrowingState extends LiveState {
  readonly periods: LivePeriod[];
}

function statesOf(rows: readonly LiveRow[]): LiveState[] {
  const states = new Map<string, GrowingState>();
  for (const row of rows) {
    const { customer_id: customerId, version, at, period_from: from, period_to: to, tallies } = row;
    const state: GrowingState = states.get(customerId) ?? { customerId, version, at, periods: [] };
    states.set(customerId, state);
    if (from !== null && to !== null) state.periods.push({ from, to, tallies: tallies ?? {} });
  }
  return [...states.values()];
}

/** Gives the customers' live values their next version, of a moment of the tenant's clock. */
export function bumpLive(tx: TenantTx, customerIds: readonly string[], now: Instant): void {
  tx.post(BUMP_SQL, [customerIds, now]);
}

/** The sweep looks for what changed lately by the clock of the database, whatever the tenant's clock says. */
const BUMP_SQL = `
  INSERT INTO {t}.usage_customer_live AS l (customer_id, version, updated_at, changed_at)
  SELECT DISTINCT id, 1, clock_timestamp(), $2::timestamptz FROM unnest($1::text[]) AS w(id) ORDER BY id
  ON CONFLICT (customer_id) DO UPDATE
  SET version = l.version + 1, updated_at = clock_timestamp(), changed_at = excluded.changed_at`;

/** Ids of the tenants that are open for work. */
export async function readTenants(tx: Queryable): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(`SELECT id FROM {c}.tenant WHERE state = 'active' ORDER BY id`);
  return rows.map((row) => row.id);
}

/** What is committed at a moment: another text when any transaction that writes has begun or ended since. */
export async function readSnapshot(database: Queryable): Promise<string> {
  const [row] = await database.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
  return row?.snapshot ?? '';
}

/** Whether anything was written since that moment. */
export const WHEN_WRITTEN_SQL = 'SELECT clock_timestamp() WHERE pg_current_snapshot()::text <> $1';

/** Name of the history that a database has: a restore to a point in time begins a timeline, another server has another id. */
export async function readHistory(database: Queryable): Promise<string> {
  const [row] = await database.query<{ history: string }>(HISTORY_NAME_SQL);
  return row?.history ?? '';
}

const HISTORY_NAME_SQL = `
  SELECT system_identifier || '.' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS history
  FROM pg_control_system()`;
