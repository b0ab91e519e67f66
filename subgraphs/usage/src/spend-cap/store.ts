import { assert } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import type { Id } from '@tollgate/kernel/id';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import type { SpendCap } from './domain/spend-cap.js';

/** A cap that holds. */
export interface KnownCap extends Omit<SpendCap, 'subscriptionId' | 'customerId' | 'removedAt'> {
  readonly id: string;
  readonly subscriptionId: Id<'sub'>;
  readonly customerId: Id<'cus'>;
  /** When usage came to it in the current period; null if it did not. */
  readonly reachedAt: Instant | null;
}

/** The caps of these customers that hold. */
export async function findCaps(tx: Queryable, customerIds: readonly string[]): Promise<KnownCap[]> {
  const rows = await tx.query<CapRow>(`${FIND_SQL} AND c.customer_id = ANY($1) ORDER BY c.id`, [customerIds]);
  return rows.map(capOf);
}

/** The caps of these subscriptions that hold. */
export async function findCapsOf(tx: Queryable, subscriptionIds: readonly string[]): Promise<KnownCap[]> {
  const rows = await tx.query<CapRow>(`${FIND_SQL} AND c.subscription_id = ANY($1) ORDER BY c.id`, [
    subscriptionIds,
  ]);
  return rows.map(capOf);
}

function capOf(row: CapRow): KnownCap {
  const currency = parseCurrency(row.currency);
  assert(currency !== null, 'a cap is of a known currency');
  return {
    ...{ id: row.id, subscriptionId: row.subscription_id, customerId: row.customer_id, currency },
    ...{ amountMinor: BigInt(row.amount_minor), action: row.action, setAt: row.set_at },
    reachedAt: row.reached_at,
  };
}

const FIND_SQL = `
  SELECT c.id, c.subscription_id, c.customer_id, c.currency, trim_scale(c.amount_minor)::text AS amount_minor, c.action,
    c.set_at, r.reached_at
  FROM {t}.usage_spend_cap c JOIN {t}.usage_subscription s ON s.id = c.subscription_id
  LEFT JOIN {t}.usage_spend_reached r ON r.subscription_id = s.id AND r.period_from = s.period_from
  WHERE c.removed_at IS NULL`;

interface CapRow {
  readonly id: string;
  readonly subscription_id: Id<'sub'>;
  readonly customer_id: Id<'cus'>;
  readonly currency: string;
  readonly amount_minor: string;
  readonly action: SpendCap['action'];
  readonly set_at: Instant;
  readonly reached_at: Instant | null;
}

/** The id of a subscription's cap, removed ones too; null where it never had one. */
export async function capIdOf(tx: Queryable, subscriptionId: string): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(
    'SELECT id FROM {t}.usage_spend_cap WHERE subscription_id = $1',
    [subscriptionId],
  );
  return row?.id ?? null;
}

/** A subscription whose usage came to its cap. */
export interface Reached {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly period: Period;
  readonly stops: boolean;
  readonly at: Instant;
}

/** Notes that usage came to its cap, with the transaction's next write. */
export function keepReached(tx: TenantTx, all: readonly Reached[]): void {
  for (const { subscriptionId, customerId, period, stops, at } of all)
    tx.post(KEEP_SQL, [subscriptionId, customerId, period.from, period.to, stops, at]);
}

const KEEP_SQL = `
  INSERT INTO {t}.usage_spend_reached VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (subscription_id) DO UPDATE SET period_from = excluded.period_from, period_to = excluded.period_to,
    stops = excluded.stops, reached_at = excluded.reached_at`;

/** Forgets that usage came to its cap, with the transaction's next write. */
export function dropReached(tx: TenantTx, subscriptionId: string): void {
  tx.post('DELETE FROM {t}.usage_spend_reached WHERE subscription_id = $1', [subscriptionId]);
}

/** Subscriptions of these customers that are stopped, and in which periods. */
export async function findStops(
  tx: Queryable,
  customerIds: readonly string[],
): Promise<{ readonly subscriptionId: string; readonly customerId: string; readonly period: Period }[]> {
  const rows = await tx.query<StopRow>(STOPS_SQL, [customerIds]);
  return rows.map((row) => ({
    ...{ subscriptionId: row.subscription_id, customerId: row.customer_id },
    period: { from: row.period_from, to: row.period_to },
  }));
}

const STOPS_SQL = `
  SELECT subscription_id, customer_id, period_from, period_to FROM {t}.usage_spend_reached
  WHERE customer_id = ANY($1) AND stops`;

interface StopRow {
  readonly subscription_id: string;
  readonly customer_id: string;
  readonly period_from: Instant;
  readonly period_to: Instant;
}
