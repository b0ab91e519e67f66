import type { Currency } from '@tollgate/kernel/money/currency';
import type { LocalDate } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';

/**
 * SQL of what of a deferral is earned before a day: rounded half away from zero as a cumulative amount, so that the last day
 * absorbs the remainder. The same rule as `recognisedBefore`.
 */
export function earnedBefore(date: string): string {
  return `CASE WHEN ${date} <= from_date THEN 0 WHEN ${date} >= to_date THEN amount_minor
    ELSE round(amount_minor * (${date} - from_date) / (to_date - from_date)) END`;
}

/** Minor units that are earned before a day, and those that are invoiced and are not. */
export interface RevenueStanding {
  readonly date: LocalDate;
  readonly recognisedMinor: bigint;
  readonly deferredMinor: bigint;
}

/** Where the revenue of a currency stands at the beginning of each of these days, by all that is known now. */
export async function standingsAt(
  db: Queryable,
  currency: Currency,
  dates: readonly LocalDate[],
): Promise<RevenueStanding[]> {
  const rows = await db.query<StandingRow>(STANDINGS_SQL, [currency, dates]);
  return rows.map(({ date, earned, total, at_once: atOnce }) => ({
    date,
    recognisedMinor: BigInt(earned) + BigInt(atOnce),
    deferredMinor: BigInt(total) - BigInt(earned),
  }));
}

interface StandingRow {
  readonly date: LocalDate;
  readonly earned: string;
  readonly total: string;
  readonly at_once: string;
}

/** The same by all that is known: what was cut is earned from the day after. */
function knownEarned(date: string): string {
  return `CASE WHEN cut_on < ${date} THEN amount_minor ELSE ${earnedBefore(date)} END`;
}

/** Void invoices defer nothing; what they had earned at once is turned round for the same day. */
const STANDINGS_SQL = `
  SELECT day.date::text AS date, earned::text, total::text, at_once::text
  FROM unnest($2::date[]) WITH ORDINALITY AS day(date, place)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(${knownEarned('date')}), 0) AS earned,
      coalesce(sum(amount_minor), 0) AS total
    FROM {t}.invoices_deferral WHERE currency = $1 AND void_at IS NULL) d
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(revenue), 0) AS at_once FROM {t}.invoices_ledger_entry
    WHERE currency = $1 AND revenue_on < date) e
  ORDER BY place`;

/** What is earned in a month of what was invoiced in one, in minor units. */
export interface EarnedInMonth {
  /** The first day of the month in which it was invoiced. */
  readonly invoicedIn: LocalDate;
  /** Months from the first one. */
  readonly place: number;
  readonly minor: bigint;
}

/** What is earned in each of these months by the month of invoicing, the earlier first; where it is nothing it is left out. */
export async function earnedByMonth(
  db: Queryable,
  currency: Currency,
  { from, months }: { readonly from: LocalDate; readonly months: number },
): Promise<EarnedInMonth[]> {
  const rows = await db.query<{ invoiced: LocalDate; place: number; minor: string }>(WATERFALL_SQL, [
    ...[currency, from, months],
  ]);
  return rows.map(({ invoiced: invoicedIn, place, minor }) => ({ invoicedIn, place, minor: BigInt(minor) }));
}

const WATERFALL_SQL = `
  WITH month AS MATERIALIZED (
    SELECT n AS place, (first + make_interval(months => n))::date AS start,
      (first + make_interval(months => n + 1))::date AS stop
    FROM (SELECT date_trunc('month', $2::date::timestamp) AS first) f, generate_series(0, $3::int - 1) n),
  moved AS (
    SELECT date_trunc('month', known_at AT TIME ZONE time_zone)::date AS invoiced, place,
      ${knownEarned('stop')} - ${knownEarned('start')} AS minor
    FROM {t}.invoices_deferral JOIN month ON stop > from_date AND (start < to_date OR start <= cut_on)
    WHERE currency = $1 AND void_at IS NULL
    UNION ALL
    SELECT date_trunc('month', revenue_on::timestamp)::date, place, -revenue
    FROM {t}.invoices_ledger_entry JOIN month ON revenue_on >= start AND revenue_on < stop
    WHERE currency = $1 AND revenue IS NOT NULL)
  SELECT invoiced::text, place, sum(minor)::text AS minor FROM moved GROUP BY 1, 2
  HAVING sum(minor) <> 0 ORDER BY 1, 2`;
