import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import type { Terms } from '../period/domain/terms.js';
import { lockInvoices } from '../invoice/store.js';

/** The terms of a subscription and its open period. */
export interface SubscriptionCopy {
  readonly terms: Terms;
  readonly period: Period;
  readonly index: number;
  /** The first instant it does not cover; null while it lasts. */
  readonly endsAt: Instant | null;
}

/** Keeps the latest period of each subscription; several of one may come together, and an older one changes nothing. */
export async function keepSubscriptions(
  tx: TenantTx,
  opened: readonly Omit<SubscriptionCopy, 'endsAt'>[],
): Promise<void> {
  await lockInvoices(tx);
  await tx.query(KEEP_SQL, [
    opened.map(({ terms }) => terms.subscriptionId),
    opened.map(({ terms }) => terms.customerId),
    opened.map(({ period }) => period.from),
    opened.map(({ period }) => period.to),
    opened.map(({ index }) => index),
    opened.map(({ terms }) => JSON.stringify(terms)),
  ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.invoices_subscription AS known
    (subscription_id, customer_id, period_from, period_to, index, terms)
  SELECT DISTINCT ON (s) s, c, f, t, i, j
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::jsonb[])
    AS given(s, c, f, t, i, j)
  ORDER BY s, i DESC
  ON CONFLICT (subscription_id) DO UPDATE SET period_from = excluded.period_from, period_to = excluded.period_to,
    index = excluded.index, terms = excluded.terms WHERE known.index < excluded.index`;

export async function keepEnds(
  tx: TenantTx,
  ends: readonly { readonly subscriptionId: string; readonly endsAt: Instant }[],
): Promise<void> {
  await lockInvoices(tx);
  await tx.query(
    `UPDATE {t}.invoices_subscription known SET ends_at = given.ends_at
     FROM unnest($1::text[], $2::timestamptz[]) AS given(id, ends_at) WHERE known.subscription_id = given.id`,
    [ends.map((one) => one.subscriptionId), ends.map((one) => one.endsAt)],
  );
}

/** Null for a subscription that did not start, as far as invoices know. */
export async function findSubscription(tx: Queryable, id: string): Promise<SubscriptionCopy | null> {
  const [row] = await tx.query<SubscriptionRow>(
    'SELECT terms, period_from, period_to, index, ends_at FROM {t}.invoices_subscription WHERE subscription_id = $1',
    [id],
  );
  if (row === undefined) return null;
  const { terms, period_from: from, period_to: to, index, ends_at: endsAt } = row;
  return { terms, period: { from, to }, index, endsAt };
}

interface SubscriptionRow {
  readonly terms: Terms;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly index: number;
  readonly ends_at: Instant | null;
}
