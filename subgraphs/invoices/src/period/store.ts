import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { ClosedPeriod, PeriodTotals } from './domain/period-close.js';
import type { Quantities, Terms } from './domain/terms.js';

interface PeriodRow {
  subscription_id: string;
  period_from: Instant;
  period_to: Instant;
  index: number;
  is_last: boolean;
  revision: number;
  invoice_id: string | null;
  terms: Terms;
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

/** Writes periods as they stand now, in one statement. */
export async function writePeriods(tx: TenantTx, periods: readonly ClosedPeriod[]): Promise<void> {
  if (periods.length === 0) return;
  await tx.query(WRITE_SQL, [
    periods.map((one) => one.terms.subscriptionId),
    periods.map((one) => one.period.from),
    periods.map((one) => one.period.to),
    periods.map((one) => one.index),
    periods.map((one) => one.invoiceId),
    periods.map((one) => one.revision),
    periods.map((one) => one.isLast),
    periods.map((one) => JSON.stringify(one.terms)),
    periods.map((one) => JSON.stringify(one.billed)),
    periods.map((one) => JSON.stringify(one.latest)),
  ]);
}

const WRITE_SQL = `
  INSERT INTO {t}.invoices_period
    (subscription_id, period_from, period_to, index, invoice_id, revision, is_last, terms, billed, latest)
  SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::text[], $6::int[], $7::bool[],
    $8::jsonb[], $9::jsonb[], $10::jsonb[])
  ON CONFLICT (subscription_id, period_from) DO UPDATE SET invoice_id = excluded.invoice_id,
    revision = excluded.revision, billed = excluded.billed, latest = excluded.latest`;

function closedPeriod(row: PeriodRow): ClosedPeriod {
  return {
    terms: row.terms,
    period: { from: row.period_from, to: row.period_to },
    index: row.index,
    isLast: row.is_last,
    revision: row.revision,
    invoiceId: row.invoice_id,
    billed: row.billed,
    latest: row.latest,
  };
}
