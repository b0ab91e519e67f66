import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import {
  presentTerms,
  type SubscriptionTerms,
  type SubscriptionTermsV1,
} from '@tollgate/contracts/plans/terms';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { arrayOf } from '@tollgate/runtime/database/parameters';

/** A period of a subscription that opened, as plans told it. */
export interface OpenedPeriod {
  readonly terms: SubscriptionTerms;
  readonly period: Period;
  readonly index: number;
}

/** A subscription in its newest period. */
export interface SubscriptionCopy extends OpenedPeriod {
  readonly id: string;
  readonly customerId: string;
  readonly beganAt: Instant;
  /** First instant that it does not cover; null while no end is known. */
  readonly endsAt: Instant | null;
}

/** Keeps opened periods; a subscription's newest one is its current one. Several of one may come together. */
export function saveOpened(tx: TenantTx, opened: readonly OpenedPeriod[]): void {
  if (opened.length === 0) return;
  tx.post(SAVE_SQL, [
    opened.map(({ terms }) => terms.subscriptionId),
    opened.map(({ terms }) => terms.customerId),
    opened.map(({ index }) => index),
    opened.map(({ period }) => period.from),
    opened.map(({ period }) => period.to),
    arrayOf(
      'jsonb',
      opened.map(({ terms }) => JSON.stringify(terms)),
    ),
  ]);
}

const SAVE_SQL = `
  INSERT INTO {t}.usage_subscription AS s (id, customer_id, index, period_from, period_to, terms, began_at)
  SELECT DISTINCT ON (i) i, c, n, f, t, j, min(f) OVER (PARTITION BY i)
  FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::jsonb[])
    AS given(i, c, n, f, t, j)
  ORDER BY i, n DESC
  ON CONFLICT (id) DO UPDATE SET began_at = least(s.began_at, excluded.began_at),
    index = greatest(s.index, excluded.index),
    period_from = CASE WHEN s.index < excluded.index THEN excluded.period_from ELSE s.period_from END,
    period_to = CASE WHEN s.index < excluded.index THEN excluded.period_to ELSE s.period_to END,
    terms = CASE WHEN s.index < excluded.index THEN excluded.terms ELSE s.terms END`;

/** Notes that a subscription ended; its start may still be under way. */
export function saveEnd(tx: TenantTx, subscriptionId: string, endsAt: Instant): void {
  tx.post(END_SQL, [subscriptionId, endsAt]);
}

const END_SQL = `INSERT INTO {t}.usage_subscription_end (id, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`;

/** All that is known of customers' subscriptions, ended ones too, the oldest first. */
export async function findSubscriptions(
  tx: TenantTx,
  customerIds: readonly string[],
): Promise<SubscriptionCopy[]> {
  const rows = await tx.query<SubscriptionRow>(FIND_SQL, [customerIds]);
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    terms: presentTerms(row.terms),
    index: row.index,
    period: { from: row.period_from, to: row.period_to },
    beganAt: row.began_at,
    endsAt: row.ends_at,
  }));
}

interface SubscriptionRow {
  id: string;
  customer_id: string;
  terms: SubscriptionTerms | SubscriptionTermsV1;
  index: number;
  period_from: Instant;
  period_to: Instant;
  began_at: Instant;
  ends_at: Instant | null;
}

const FIND_SQL = `
  SELECT s.*, e.ends_at FROM {t}.usage_subscription s LEFT JOIN {t}.usage_subscription_end e ON e.id = s.id
  WHERE s.customer_id = ANY($1) ORDER BY s.id`;

/** Whether a subscription covers an instant. */
export function isRunning({ endsAt }: SubscriptionCopy, now: Instant): boolean {
  return endsAt === null || endsAt > now;
}

/** Meters that the terms price, each once. */
export function pricedMeters(terms: SubscriptionTerms): string[] {
  return [...new Set(terms.prices.flatMap((price) => (price.meterId === null ? [] : [price.meterId])))];
}

/** Meters that the terms price or limit, each once. */
export function metersOf(terms: SubscriptionTerms): string[] {
  return [...new Set([...pricedMeters(terms), ...terms.entitlements.flatMap(limitedMeter)])];
}

function limitedMeter(entitlement: Entitlement): string[] {
  return entitlement.kind === 'limit' ? [entitlement.meterId] : [];
}
