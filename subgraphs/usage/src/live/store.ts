import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** A customer's totals in the current periods of its subscriptions, as the projection has them. */
export interface LiveState {
  readonly customerId: string;
  /** Grows with every change. */
  readonly version: bigint;
  readonly at: Instant;
  readonly periods: readonly LivePeriod[];
}

export interface LivePeriod extends Period {
  /** Meters with usage only. */
  readonly totals: readonly StoredTotal[];
}

export interface StoredTotal {
  readonly meterId: string;
  readonly quantity: string;
  readonly events: string;
}

interface LiveRow {
  customer_id: string;
  version: bigint;
  at: Instant;
  period_from: Instant | null;
  period_to: Instant | null;
  meter_id: string | null;
  quantity: string | null;
  events: bigint | null;
}

/** Live states of customers, each of one moment. A customer without any has version 0. */
export async function readLiveStates(tx: TenantTx, customerIds: readonly string[]): Promise<LiveState[]> {
  if (customerIds.length === 0) return [];
  return statesOf(await tx.query<LiveRow>(liveSql('unnest($1::text[]) AS w(id)'), [customerIds]));
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

/** One statement, so that version and totals are of one moment. */
function liveSql(customers: string): string {
  return `
  SELECT w.id AS customer_id, coalesce(l.version, 0) AS version, coalesce(l.updated_at, now()) AS at,
         p.period_from, p.period_to, t.meter_id, trim_scale(t.quantity)::text AS quantity, t.events
  FROM ${customers}
  LEFT JOIN {t}.usage_customer_live l ON l.customer_id = w.id COLLATE "C"
  LEFT JOIN LATERAL (
    SELECT DISTINCT s.period_from, s.period_to FROM {t}.usage_subscription s
    WHERE s.customer_id = w.id COLLATE "C"
      AND NOT EXISTS (SELECT FROM {t}.usage_subscription_end x WHERE x.id = s.id)) p ON true
  LEFT JOIN {t}.usage_total t ON t.customer_id = w.id COLLATE "C"
    AND t.period_from = p.period_from AND t.period_to = p.period_to
  ORDER BY w.id, p.period_from, p.period_to, t.meter_id`;
}

interface GrowingState extends LiveState {
  readonly periods: GrowingPeriod[];
}

interface GrowingPeriod extends LivePeriod {
  readonly totals: StoredTotal[];
}

function statesOf(rows: readonly LiveRow[]): LiveState[] {
  const states = new Map<string, GrowingState>();
  for (const row of rows) {
    const { customer_id: customerId, version, at } = row;
    const state: GrowingState = states.get(customerId) ?? { customerId, version, at, periods: [] };
    states.set(customerId, state);
    const period = growingPeriod(state, row);
    if (period === null || row.meter_id === null) continue;
    period.totals.push({ meterId: row.meter_id, quantity: row.quantity ?? '0', events: String(row.events) });
  }
  return [...states.values()];
}

/** The period of a row; rows of one period are neighbours. */
function growingPeriod({ periods }: GrowingState, row: LiveRow): GrowingPeriod | null {
  const { period_from: from, period_to: to } = row;
  if (from === null || to === null) return null;
  const last = periods.at(-1);
  if (last !== undefined && last.from === from && last.to === to) return last;
  const period: GrowingPeriod = { from, to, totals: [] };
  periods.push(period);
  return period;
}

/** Gives the customers' live values their next version. */
export async function bumpLive(tx: TenantTx, customerIds: readonly string[]): Promise<void> {
  await tx.query(BUMP_SQL, [customerIds]);
}

const BUMP_SQL = `
  INSERT INTO {t}.usage_customer_live AS l (customer_id, version, updated_at)
  SELECT DISTINCT id, 1, clock_timestamp() FROM unnest($1::text[]) AS w(id) ORDER BY id
  ON CONFLICT (customer_id) DO UPDATE SET version = l.version + 1, updated_at = clock_timestamp()`;

/** What one of a customer's subscriptions grants now. */
export interface GrantRow {
  readonly entitlements: readonly Entitlement[];
  readonly period: Period;
}

/** Entitlements of a customer's subscriptions that have not ended. */
export async function readGrants(tx: TenantTx, customerId: string): Promise<GrantRow[]> {
  const rows = await tx.query<{ entitlements: Entitlement[]; period_from: Instant; period_to: Instant }>(
    GRANTS_SQL,
    [customerId],
  );
  return rows.map((row) => ({
    entitlements: row.entitlements,
    period: { from: row.period_from, to: row.period_to },
  }));
}

const GRANTS_SQL = `
  SELECT s.terms -> 'entitlements' AS entitlements, s.period_from, s.period_to
  FROM {t}.usage_subscription s
  WHERE s.customer_id = $1 AND NOT EXISTS (SELECT FROM {t}.usage_subscription_end x WHERE x.id = s.id)
  ORDER BY s.period_from DESC, s.id LIMIT 100`;
