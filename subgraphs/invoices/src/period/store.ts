import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { arrayOf } from '@tollgate/runtime/database/parameters';
import { lockInvoices } from '../invoice/store.js';
import type { ClosedPeriod, PeriodTotals } from './domain/period-close.js';
import type { Quantities, Terms } from './domain/terms.js';
import { presentTerms, type TermsV1 } from './domain/terms-v1.js';

interface PeriodRow {
  subscription_id: string;
  period_from: Instant;
  period_to: Instant;
  index: number;
  is_last: boolean;
  revision: number;
  invoice_id: string | null;
  terms: Terms | TermsV1;
  billed: Quantities;
  latest: Quantities;
}

/**
 * Of the subscriptions of these totals, by subscription id: the reported periods themselves, those with usage that is
 * not billed, and the last one of an ended subscription.
 */
export async function findPeriods(
  tx: TenantTx,
  totals: readonly PeriodTotals[],
): Promise<Map<string, ClosedPeriod[]>> {
  const rows = await tx.query<PeriodRow>(
    `SELECT p.* FROM unnest($1::text[], $2::timestamptz[]) AS given(id, starts)
     JOIN {t}.invoices_period p ON p.subscription_id = given.id
     WHERE p.period_from = given.starts OR p.billed <> p.latest OR p.is_last ORDER BY p.subscription_id, p.period_from`,
    [totals.map((one) => one.terms.subscriptionId), totals.map((one) => one.period.from)],
  );
  const found = new Map<string, ClosedPeriod[]>();
  for (const row of rows) {
    const list = found.get(row.subscription_id) ?? [];
    list.push(closedPeriod(row));
    found.set(row.subscription_id, list);
  }
  return found;
}

/** Writes periods as they stand now, in one statement with the transaction's next write. */
export function writePeriods(tx: TenantTx, periods: readonly ClosedPeriod[]): void {
  if (periods.length === 0) return;
  tx.post(WRITE_SQL, [
    periods.map((one) => one.terms.subscriptionId),
    periods.map((one) => one.period.from),
    periods.map((one) => one.period.to),
    periods.map((one) => one.index),
    periods.map((one) => one.invoiceId),
    periods.map((one) => one.revision),
    periods.map((one) => one.isLast),
    jsonOf(periods, ({ terms }) => terms),
    jsonOf(periods, ({ billed }) => billed),
    jsonOf(periods, ({ latest }) => latest),
  ]);
}

const WRITE_SQL = `
  INSERT INTO {t}.invoices_period
    (subscription_id, period_from, period_to, index, invoice_id, revision, is_last, terms, billed, latest)
  SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::text[], $6::int[], $7::bool[],
    $8::jsonb[], $9::jsonb[], $10::jsonb[])
  ON CONFLICT (subscription_id, period_from) DO UPDATE SET invoice_id = excluded.invoice_id,
    revision = excluded.revision, billed = excluded.billed, latest = excluded.latest`;

function jsonOf<T>(items: readonly T[], partOf: (item: T) => object): Uint8Array {
  return arrayOf(
    'jsonb',
    items.map((item) => JSON.stringify(partOf(item))),
  );
}

function closedPeriod(row: PeriodRow): ClosedPeriod {
  return {
    terms: presentTerms(row.terms),
    period: { from: row.period_from, to: row.period_to },
    index: row.index,
    isLast: row.is_last,
    revision: row.revision,
    invoiceId: row.invoice_id,
    billed: row.billed,
    latest: row.latest,
  };
}

/** The terms of a subscription and its open period. */
export interface SubscriptionCopy {
  readonly terms: Terms;
  readonly period: Period;
  readonly index: number;
  /** The first instant it does not cover; null while it lasts. */
  readonly endsAt: Instant | null;
}

/**
 * Keeps the latest period of each subscription, with the transaction's next write; several of one may come together, and
 * an older one changes nothing.
 */
export function keepSubscriptions(tx: TenantTx, opened: readonly Omit<SubscriptionCopy, 'endsAt'>[]): void {
  if (opened.length === 0) return;
  lockInvoices(tx);
  tx.post(KEEP_SQL, [
    opened.map(({ terms }) => terms.subscriptionId),
    opened.map(({ terms }) => terms.customerId),
    opened.map(({ period }) => period.from),
    opened.map(({ period }) => period.to),
    opened.map(({ index }) => index),
    jsonOf(opened, ({ terms }) => terms),
  ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.invoices_subscription AS known
    (subscription_id, customer_id, period_from, period_to, index, terms, ends_at)
  SELECT DISTINCT ON (s) s, c, f, t, i, j, ended.ends_at
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::jsonb[])
    AS given(s, c, f, t, i, j)
  LEFT JOIN {t}.invoices_subscription_end ended ON ended.subscription_id = s COLLATE "C"
  ORDER BY s, i DESC
  ON CONFLICT (subscription_id) DO UPDATE SET period_from = excluded.period_from, period_to = excluded.period_to,
    index = excluded.index, terms = excluded.terms WHERE known.index < excluded.index`;

/** Keeps when subscriptions end, also of those whose start is still under way; with the transaction's next write. */
export function keepEnds(
  tx: TenantTx,
  ends: readonly { readonly subscriptionId: string; readonly endsAt: Instant }[],
): void {
  lockInvoices(tx);
  tx.post(KEEP_ENDS_SQL, [ends.map((one) => one.subscriptionId), ends.map((one) => one.endsAt)]);
}

const KEEP_ENDS_SQL = `
  WITH given AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS g(id, ends_at)),
  known AS (
    UPDATE {t}.invoices_subscription s SET ends_at = given.ends_at FROM given WHERE s.subscription_id = given.id)
  INSERT INTO {t}.invoices_subscription_end (subscription_id, ends_at)
  SELECT DISTINCT ON (id) id, ends_at FROM given ON CONFLICT (subscription_id) DO UPDATE SET ends_at = excluded.ends_at`;

/** Null for a subscription that did not start, as far as invoices know. */
export async function findSubscription(tx: Queryable, id: string): Promise<SubscriptionCopy | null> {
  const [row] = await tx.query<SubscriptionRow>(
    'SELECT terms, period_from, period_to, index, ends_at FROM {t}.invoices_subscription WHERE subscription_id = $1',
    [id],
  );
  if (row === undefined) return null;
  const { terms, period_from: from, period_to: to, index, ends_at: endsAt } = row;
  return { terms: presentTerms(terms), period: { from, to }, index, endsAt };
}

interface SubscriptionRow {
  readonly terms: Terms | TermsV1;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly index: number;
  readonly ends_at: Instant | null;
}
