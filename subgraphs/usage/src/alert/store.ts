import { assert } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { instantFromMs, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryReachedUsageAlertsArgs, QueryUsageAlertsArgs } from '../generated/graphql.js';
import type { Alert, Watched } from './domain/alert.js';

const SELECT = `
  SELECT id, name, customer_id, kind, meter_id, feature, currency, trim_scale(threshold)::text AS threshold, repeats,
    created_at, archived_at
  FROM {t}.usage_alert`;

/** Alerts that may be about one of these customers. */
export async function findAlerts(tx: Queryable, customerIds: readonly string[]): Promise<Alert[]> {
  const sql = `${SELECT} WHERE archived_at IS NULL AND (customer_id IS NULL OR customer_id = ANY($1)) ORDER BY id`;
  return (await tx.query<AlertRow>(sql, [customerIds])).map(alertOf);
}

/** How many alerts hold for this customer alone, or for all. */
export async function countAlerts(tx: Queryable, customerId: string | null): Promise<number> {
  const sql = `SELECT count(*)::int AS held FROM {t}.usage_alert
    WHERE archived_at IS NULL AND customer_id IS NOT DISTINCT FROM $1`;
  const [row] = await tx.query<{ held: number }>(sql, [customerId]);
  return row?.held ?? 0;
}

/** These alerts. */
export async function alertsById(tx: Queryable, ids: readonly string[]): Promise<Alert[]> {
  return (await tx.query<AlertRow>(`${SELECT} WHERE id = ANY($1)`, [ids])).map(alertOf);
}

/** Alerts, the newest first. */
export const ALERT_LIST: List = { name: 'usageAlerts', idPrefix: 'alr', orderBy: 'CREATED_AT_DESC' };

/** A page of alerts, and one more. */
export async function alertPage(tx: Queryable, page: Page, filter: QueryUsageAlertsArgs): Promise<Alert[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [[filter.customerId, (parameter) => `customer_id = ${parameter}`]],
  });
  const shown = filter.withArchived === true ? 'true' : 'archived_at IS NULL';
  return (await tx.query<AlertRow>(`${SELECT} WHERE ${shown}${sql}`, params)).map(alertOf);
}

interface AlertRow {
  readonly id: string;
  readonly name: string;
  readonly customer_id: string | null;
  readonly kind: Watched['kind'];
  readonly meter_id: string | null;
  readonly feature: string | null;
  readonly currency: string | null;
  readonly threshold: Decimal;
  readonly repeats: boolean;
  readonly created_at: Instant;
  readonly archived_at: Instant | null;
}

function alertOf(row: AlertRow): Alert {
  const { id, name, customer_id: customerId, threshold, repeats } = row;
  const dates = { createdAt: row.created_at, archivedAt: row.archived_at };
  return { ...{ id, name, customerId, threshold, repeats }, watched: watchedOf(row), ...dates };
}

function watchedOf({ kind, meter_id: meterId, feature, currency: code }: AlertRow): Watched {
  if (kind === 'quantity') return { kind, meterId: meterId ?? '' };
  if (kind === 'share') return { kind, feature: feature ?? '' };
  const currency = parseCurrency(code ?? '');
  assert(currency !== null, 'an alert is of a known currency');
  return { kind, currency };
}

/** Usage that came to what an alert is about. */
export interface Reached {
  readonly id: string;
  readonly alertId: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly period: Period;
  readonly step: bigint;
  readonly value: Decimal;
  readonly reachedAt: Instant;
}

/** Keeps what was not told in its period yet, nor a higher step of it; ids of what is new. */
export async function keepReached(tx: TenantTx, all: readonly Reached[]): Promise<ReadonlySet<string>> {
  if (all.length === 0) return new Set();
  const given = all.map((one) => ({
    ...{ id: one.id, alert_id: one.alertId, customer_id: one.customerId, step: one.step.toString() },
    ...{ subscription_id: one.subscriptionId, period_from: one.period.from, period_to: one.period.to },
    ...{ value: one.value, reached_at: one.reachedAt },
  }));
  const rows = await tx.query<{ id: string }>(KEEP_SQL, [JSON.stringify(given)]);
  return new Set(rows.map(({ id }) => id));
}

const KEEP_SQL = `
  INSERT INTO {t}.usage_alert_reached (id, alert_id, customer_id, subscription_id, period_from, period_to, step, value,
    reached_at)
  SELECT n.id, n.alert_id, n.customer_id, n.subscription_id, n.period_from, n.period_to, n.step, n.value, n.reached_at
  FROM jsonb_to_recordset($1) AS n(id text, alert_id text, customer_id text, subscription_id text, period_from timestamptz,
    period_to timestamptz, step bigint, value numeric, reached_at timestamptz)
  WHERE NOT EXISTS (SELECT FROM {t}.usage_alert_reached r
    WHERE r.alert_id = n.alert_id COLLATE "C" AND r.customer_id = n.customer_id COLLATE "C"
      AND coalesce(r.subscription_id, '') = coalesce(n.subscription_id, '') COLLATE "C"
      AND r.period_from = n.period_from AND r.step >= n.step)
  ON CONFLICT DO NOTHING RETURNING id`;

const REACHED_SQL = `
  SELECT id, alert_id, customer_id, subscription_id, period_from, period_to, step::text AS step,
    trim_scale(value)::text AS value, reached_at
  FROM {t}.usage_alert_reached`;

/** What was told, the newest first. */
export const REACHED_LIST: List = {
  name: 'reachedUsageAlerts',
  idPrefix: 'arc',
  orderBy: 'CREATED_AT_DESC',
};

/** A page of what was told, and one more. */
export async function reachedPage(
  tx: Queryable,
  page: Page,
  filter: QueryReachedUsageAlertsArgs,
): Promise<Reached[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.alertId, (parameter) => `alert_id = ${parameter}`],
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
    ],
  });
  return (await tx.query<ReachedRow>(`${REACHED_SQL} WHERE true${sql}`, params)).map(reachedOf);
}

/** What was told by its id; null where there is none. */
export async function readReached(tx: Queryable, id: string): Promise<Reached | null> {
  const [row] = await tx.query<ReachedRow>(`${REACHED_SQL} WHERE id = $1`, [id]);
  return row === undefined ? null : reachedOf(row);
}

/** What was told since a time of the system's clock, of a customer or of all, in order; at most `most`. */
export async function reachedSince(
  tx: Queryable,
  {
    customerId,
    sinceMs,
    most,
  }: { readonly customerId: string | null; readonly sinceMs: number; readonly most: number },
): Promise<Reached[]> {
  const sql = `${REACHED_SQL} WHERE recorded_at >= $1 AND ($2::text IS NULL OR customer_id = $2) ORDER BY id LIMIT $3`;
  return (await tx.query<ReachedRow>(sql, [instantFromMs(sinceMs), customerId, most])).map(reachedOf);
}

interface ReachedRow {
  readonly id: string;
  readonly alert_id: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly step: string;
  readonly value: Decimal;
  readonly reached_at: Instant;
}

function reachedOf(row: ReachedRow): Reached {
  return {
    ...{ id: row.id, alertId: row.alert_id, customerId: row.customer_id, value: row.value },
    ...{ subscriptionId: row.subscription_id, step: BigInt(row.step), reachedAt: row.reached_at },
    period: { from: row.period_from, to: row.period_to },
  };
}
