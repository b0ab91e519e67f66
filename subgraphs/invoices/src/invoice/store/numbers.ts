import { randomInt } from 'node:crypto';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** Which documents a series numbers. */
export type Series = 'invoice' | 'credit_note';

/**
 * The next numbers of a series, one for a document of each of these instants, in their order. The prefix is the series: it
 * ends with no digit, so that no two share a number, and goes on where it ended before. The counter row rolls back with its
 * transaction, so there are no gaps.
 */
export async function takeNumbers(
  tx: TenantTx,
  series: Series,
  ats: readonly Instant[],
): Promise<readonly string[]> {
  const { key, plain } = SERIES[series];
  if (tx.rehearsal !== null)
    return farNumbers(ats.length).map((place) => numberOf({ prefix: plain, digits: 6, place }));
  const rows = await tx.query<NumberRow>(NUMBERS_SQL, [ats, tx.scope.tenantId, key, plain]);
  return rows.map(numberOf);
}

const SERIES = {
  invoice: { key: 'invoicePrefix', plain: 'INV-' },
  credit_note: { key: 'creditNotePrefix', plain: 'CN-' },
} as const;

interface NumberRow {
  readonly prefix: string;
  readonly digits: number;
  readonly place: bigint;
}

function numberOf({ prefix, digits, place }: NumberRow): string {
  return `${prefix}${place.toString().padStart(digits, '0')}`;
}

/** Counters of the plain prefixes have the names that earlier releases gave them. */
const NUMBERS_SQL = `
  WITH series AS (
    SELECT place, coalesce(s.documents ->> $3, $4)
      || CASE WHEN (s.documents -> 'yearlyNumbers')::boolean
           THEN to_char(at AT TIME ZONE coalesce(s.time_zone, 'UTC'), 'YYYY') || '-' ELSE '' END AS prefix,
      coalesce((s.documents -> 'numberDigits')::int, 6) AS digits
    FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given(at, place)
    LEFT JOIN {t}.invoices_settings s ON s.tenant_id = $2),
  counted AS (
    SELECT prefix, CASE prefix WHEN 'INV-' THEN 'invoice' WHEN 'CN-' THEN 'credit_note' ELSE prefix END AS name,
      count(*) AS taken
    FROM series GROUP BY prefix),
  counter AS (
    INSERT INTO {t}.invoices_counter (name, last) SELECT name, taken FROM counted ORDER BY name
    ON CONFLICT (name) DO UPDATE SET last = {t}.invoices_counter.last + excluded.last RETURNING name, last)
  SELECT prefix, digits,
    counter.last - counted.taken + row_number() OVER (PARTITION BY prefix ORDER BY series.place) AS place
  FROM series JOIN counted USING (prefix) JOIN counter USING (name) ORDER BY series.place`;

/** What is taken back has numbers that nobody else has, and keeps nobody waiting for the counter. */
function farNumbers(count: number): bigint[] {
  const first = far;
  far += BigInt(count);
  return Array.from({ length: count }, (_, index) => first + BigInt(index));
}

let far = BigInt(randomInt(2 ** 47)) * 1_000_000n;
