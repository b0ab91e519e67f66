import type { CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { ClosedPeriod, PeriodTotals, Quantities, Terms } from '../period/domain/period-close.js';
import { lockInvoices } from '../invoice/store.js';

/** The tenant's settings as far as invoices need them. */
export interface SettingsCopy {
  readonly revision: number;
  /** Percent by country. */
  readonly taxRates: Readonly<Record<string, Decimal>>;
  readonly graceSeconds: number;
}

export interface CustomerCopy {
  readonly revision: number;
  readonly country: string;
}

/** Keeps the newest settings; an older revision that comes late changes nothing. */
export async function keepSettings(tx: TenantTx, settings: SettingsCopy): Promise<void> {
  await lockInvoices(tx);
  await tx.query(
    `INSERT INTO {t}.invoices_settings AS known (tenant_id, revision, tax_rates, grace_seconds) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, tax_rates = excluded.tax_rates,
       grace_seconds = excluded.grace_seconds WHERE known.revision < excluded.revision`,
    [tx.scope.tenantId, settings.revision, JSON.stringify(settings.taxRates), settings.graceSeconds],
  );
}

/** Keeps the newest record of each customer; several revisions of one may come together. */
export async function keepCustomers(tx: TenantTx, customers: readonly CustomerRecord[]): Promise<void> {
  await lockInvoices(tx);
  await tx.query(
    `INSERT INTO {t}.invoices_customer AS known (customer_id, revision, name, country)
     SELECT DISTINCT ON (i) i, r, n, c FROM unnest($1::text[], $2::int[], $3::text[], $4::text[]) AS given(i, r, n, c)
     ORDER BY i, r DESC
     ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,
       country = excluded.country WHERE known.revision < excluded.revision`,
    [
      customers.map((one) => one.customerId),
      customers.map((one) => one.revision),
      customers.map((one) => one.name),
      customers.map((one) => one.country),
    ],
  );
}

/** Null until tenancy's event came. */
export async function findSettings(tx: TenantTx): Promise<SettingsCopy | null> {
  const row = await tx.prisma.invoicesSettings.findUnique({ where: { tenantId: tx.scope.tenantId } });
  if (row === null) return null;
  const rates = Object.entries(row.taxRates as Record<string, string>);
  return {
    revision: row.revision,
    taxRates: Object.fromEntries(rates.map(([country, percent]) => [country, decimal(percent)])),
    graceSeconds: row.graceSeconds,
  };
}

/** Copies by customer id; unknown ones are missing. */
export async function findCustomers(
  tx: TenantTx,
  ids: readonly string[],
): Promise<Map<string, CustomerCopy>> {
  const rows = await tx.query<CustomerCopy & { customer_id: string }>(
    'SELECT customer_id, revision, country FROM {t}.invoices_customer WHERE customer_id = ANY($1)',
    [ids],
  );
  return new Map(rows.map(({ customer_id, revision, country }) => [customer_id, { revision, country }]));
}

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
