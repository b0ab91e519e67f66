import type { Instant } from '@tollgate/kernel/time/time';
import type { Metadata } from '@tollgate/kernel/labels';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import type { Filter, Metric } from '../aggregation/domain/metric.js';
import { METERS_MAX, type Meter } from './domain/meter.js';

/** All meters of the tenant, oldest first. */
export async function readMeters(tx: Queryable): Promise<Meter[]> {
  const rows = await tx.query<MeterRow>(METERS_SQL, [METERS_MAX]);
  return rows.map(meterOf);
}

/** These meters of the tenant, oldest first. */
export async function findMeters(tx: Queryable, ids: readonly string[]): Promise<Meter[]> {
  const rows = await tx.query<MeterRow>(FIND_METERS_SQL, [ids]);
  return rows.map(meterOf);
}

const COLUMNS = `id, code, name, event_type, aggregation, property, filters, rounding, version, created_at, external_id,
    subscription_property, group_by, time_window, window_combine`;

const FIND_METERS_SQL = `SELECT ${COLUMNS} FROM {t}.usage_meter WHERE id = ANY($1) ORDER BY version`;

const METERS_SQL = `
  SELECT ${COLUMNS}
  FROM {t}.usage_meter ORDER BY version LIMIT $1`;

/** What the tenant noted on these meters. */
export async function metadataOf(
  tx: Queryable,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly metadata: Metadata }[]> {
  return tx.query('SELECT id, metadata FROM {t}.usage_meter WHERE id = ANY($1)', [ids]);
}

interface MeterRow {
  id: string;
  code: string;
  name: string;
  event_type: string;
  aggregation: Metric['type'];
  property: string | null;
  filters: Filter[];
  rounding: Metric['rounding'] | null;
  version: number;
  created_at: Instant;
  external_id: string | null;
  subscription_property: string | null;
  group_by: string[];
  time_window: 'hour' | 'day' | null;
  window_combine: 'sum' | 'max' | null;
}

function meterOf(row: MeterRow): Meter {
  const { id, code, name, event_type: eventType, aggregation, property, filters, rounding, version } = row;
  const { subscription_property: subscriptionProperty, group_by: groupBy, time_window: window } = row;
  const { window_combine: windowCombine } = row;
  const metric = {
    type: aggregation,
    ...(property === null ? {} : { property }),
    ...(subscriptionProperty === null ? {} : { subscriptionProperty }),
    ...(filters.length === 0 ? {} : { filters }),
    ...(groupBy.length === 0 ? {} : { groupBy }),
    ...(window === null ? {} : { window }),
    ...(windowCombine === null ? {} : { windowCombine }),
    ...(rounding === null || rounding === undefined ? {} : { rounding }),
  };
  return {
    id,
    code,
    name,
    eventType,
    metric,
    version,
    createdAt: row.created_at,
    externalId: row.external_id,
  };
}

/** What events are stored under: the meters that count them, and the tenant's time. */
export interface CountingHold {
  readonly version: number;
  readonly now: Instant;
}

/**
 * Holds the tenant's meters and periods as they are until this transaction ends, side by side with others that do:
 * events are stored with the version of the meters that counted them, in the totals of the periods there are.
 */
export async function holdForCounting(tx: TenantTx): Promise<CountingHold> {
  // They travel together; the version is read by a statement of its own, which sees what the wait was for.
  tx.post(`SELECT pg_advisory_xact_lock_shared(${HOLD_KEY})`, [tx.scope.tenantId]);
  const [[row], now] = await Promise.all([
    tx.query<{ version: number }>('SELECT version FROM {t}.usage_meter_set WHERE id = 1'),
    tx.now(),
  ]);
  return { version: row?.version ?? 0, now };
}

/** Keeps others from counting events until this transaction ends, to change the meters or the periods; a rehearsal changes none. */
export function holdCounting(tx: TenantTx): void {
  if (tx.rehearsal !== null) return;
  tx.post(`SELECT pg_advisory_xact_lock(${HOLD_KEY})`, [tx.scope.tenantId]);
}

const HOLD_KEY = `hashtextextended('usage-counting/' || $1, 0)`;

/** The tenant's set of meters has its next version; call `holdCounting` first. */
export function nextMeterVersion(tx: TenantTx, version: number): void {
  tx.post('UPDATE {t}.usage_meter_set SET version = $1 WHERE id = 1', [version]);
}
