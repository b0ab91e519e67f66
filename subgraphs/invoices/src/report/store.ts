import { exponentOf, type Currency } from '@tollgate/kernel/money/currency';
import type { LocalDate, TimeZone } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { firstEntryOf } from './store/entry-ids.js';

/** Which invoices a report is over, and what they are converted to. */
export interface Reported {
  /** Dates [from, to), where the tenant is. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly currency: Currency;
  readonly timeZone: TimeZone;
}

/** What was invoiced in one currency, in its minor units. */
export interface Invoiced {
  readonly currency: Currency;
  readonly minor: bigint;
}

/** An invoice without a rate. */
export interface Unrated {
  readonly currency: Currency;
  readonly date: LocalDate;
}

/** Invoices that became final then by currency; void ones, and wallet credit that was bought, are not in it. */
export async function invoicedIn(db: Queryable, reported: Reported): Promise<Invoiced[]> {
  const rows = await db.query<{ currency: Currency; minor: string }>(
    `SELECT i.currency, sum(i.total_minor)::text AS minor ${FROM_SQL} GROUP BY i.currency ORDER BY i.currency`,
    spanOf(reported),
  );
  return rows.map(({ currency, minor }) => ({ currency, minor: BigInt(minor) }));
}

/** All of it in one currency, each invoice converted and rounded by itself; or the first one that has no rate. */
export async function convertedIn(
  db: Queryable,
  reported: Reported,
  invoiced: readonly Invoiced[],
): Promise<{ readonly minor: bigint; readonly unrated: Unrated | null }> {
  const { currency: into, timeZone } = reported;
  const currencies = invoiced.map(({ currency }) => currency);
  const rows = await db.query<{ currency: Currency; minor: string; missing: LocalDate | null }>(
    CONVERTED_SQL,
    [
      ...spanOf(reported),
      ...[into, timeZone, currencies, currencies.map((currency) => scaleOf(currency, into))],
    ],
  );
  const unrated = rows.flatMap(({ currency, missing }) =>
    missing === null ? [] : [{ currency, date: missing }],
  );
  return {
    minor: rows.reduce((sum, { minor }) => sum + BigInt(minor), 0n),
    unrated: unrated[0] ?? null,
  };
}

/** What a minor unit is of the other's, at a rate of one. */
function scaleOf(from: Currency, to: Currency): string {
  const shift = exponentOf(to) - exponentOf(from);
  return shift >= 0 ? `1${'0'.repeat(shift)}` : `0.${'0'.repeat(-shift - 1)}1`;
}

function spanOf({ from, to, timeZone }: Reported): readonly string[] {
  return [from, to].map((date) => firstEntryOf(date, timeZone));
}

const FROM_SQL = `
  FROM {t}.invoices_ledger_entry e JOIN {t}.invoices_invoice i ON i.id = e.stream
  WHERE e.kind = 'invoice_finalised' AND e.id >= $1 AND e.id < $2 AND i.status <> 'void' AND i.origin <> 'top_up'`;

/** Numeric is exact, and rounds half away from zero. */
const CONVERTED_SQL = `
  SELECT currency, coalesce(sum(round(total_minor * rate * scale)), 0)::text AS minor,
    (min(date) FILTER (WHERE rate IS NULL))::text AS missing
  FROM (
    SELECT i.currency, i.total_minor, (e.at AT TIME ZONE $4)::date AS date ${FROM_SQL}) one
  JOIN unnest($5::text[], $6::numeric[]) AS s(currency, scale) USING (currency)
  LEFT JOIN LATERAL (
    SELECT CASE WHEN currency = $3 THEN 1 ELSE (
      SELECT r.rate FROM {t}.invoices_fx_rate r
      WHERE r.from_currency = currency AND r.to_currency = $3 AND r.date <= one.date ORDER BY r.date DESC LIMIT 1
    ) END AS rate) known ON true
  GROUP BY currency ORDER BY currency`;
