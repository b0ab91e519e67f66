import type { Currency } from '@tollgate/kernel/money/currency';
import type { LocalDate } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';

/**
 * What of a deferral is earned before the day `date`: rounded half away from zero as a cumulative amount, so that the last day
 * absorbs the remainder. The same rule as `recognisedBefore`.
 */
export const EARNED = `CASE WHEN date <= from_date THEN 0 WHEN date >= to_date THEN amount_minor
  ELSE round(amount_minor * (date - from_date) / (to_date - from_date)) END`;

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

/** Void invoices defer nothing; what they had earned at once is turned round for the same day. */
const STANDINGS_SQL = `
  SELECT day.date::text AS date, earned::text, total::text, at_once::text
  FROM unnest($2::date[]) WITH ORDINALITY AS day(date, place)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE WHEN cut_on < date THEN amount_minor ELSE ${EARNED} END), 0) AS earned,
      coalesce(sum(amount_minor), 0) AS total
    FROM {t}.invoices_deferral WHERE currency = $1 AND void_at IS NULL) d
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(revenue), 0) AS at_once FROM {t}.invoices_ledger_entry
    WHERE currency = $1 AND revenue_on < date) e
  ORDER BY place`;
