import { firstIdAt } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { toMs, type Instant, type TimeZone } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';

/** What is owed by how long it has been due, in minor units. */
export interface Aging {
  readonly notDueMinor: bigint;
  readonly upTo30Minor: bigint;
  readonly upTo60Minor: bigint;
  readonly upTo90Minor: bigint;
  readonly over90Minor: bigint;
}

/** The same of one customer. */
export interface CustomerAging extends Aging {
  readonly customerId: string;
}

/** Of which books, and when. */
export interface AgedAt {
  readonly currency: Currency;
  readonly at: Instant;
  /** The tenant's: days are its days. */
  readonly timeZone: TimeZone;
  readonly customerId: string | null;
}

/** What each customer owes, the greatest debts first: what the ledger had posted by then. */
export async function agedBy(db: Queryable, asked: AgedAt): Promise<readonly CustomerAging[]> {
  const { currency, at, timeZone, customerId } = asked;
  const rows = await db.query<Record<Column, string> & { customerId: string }>(AGED_SQL, [
    ...[currency, firstIdAt('led', toMs(at) + 1), at, timeZone, customerId],
  ]);
  return rows.map((row) => ({
    customerId: row.customerId,
    notDueMinor: BigInt(row.not_due),
    upTo30Minor: BigInt(row.up_to_30),
    upTo60Minor: BigInt(row.up_to_60),
    upTo90Minor: BigInt(row.up_to_90),
    over90Minor: BigInt(row.over_90),
  }));
}

type Column = 'not_due' | 'up_to_30' | 'up_to_60' | 'up_to_90' | 'over_90';

const sumWhere = (condition: string, name: Column) =>
  `coalesce(sum(minor) FILTER (WHERE ${condition}), 0)::text AS ${name}`;

/** When an invoice is due stands in both kinds of rows: those of this release, and the whole ones of earlier ones. */
const AGED_SQL = `
  WITH owed AS MATERIALIZED (
    SELECT customer_id, invoice_id, sum(accounts_receivable) AS minor FROM {t}.invoices_ledger_entry
    WHERE currency = $1 AND id < $2 AND accounts_receivable IS NOT NULL
      AND ($5::text IS NULL OR customer_id = $5)
    GROUP BY customer_id, invoice_id HAVING sum(accounts_receivable) <> 0),
  aged AS (
    SELECT o.customer_id, o.minor, ($3::timestamptz AT TIME ZONE $4)::date - d.due AS days
    FROM owed o CROSS JOIN LATERAL (
      SELECT (coalesce(i.progress ->> 'dueAt', i.state ->> 'dueAt')::timestamptz AT TIME ZONE $4)::date AS due
      FROM {t}.invoices_invoice i WHERE i.id = o.invoice_id OFFSET 0) d)
  SELECT customer_id AS "customerId", ${sumWhere('days <= 0', 'not_due')},
    ${sumWhere('days BETWEEN 1 AND 30', 'up_to_30')}, ${sumWhere('days BETWEEN 31 AND 60', 'up_to_60')},
    ${sumWhere('days BETWEEN 61 AND 90', 'up_to_90')}, ${sumWhere('days > 90', 'over_90')}
  FROM aged GROUP BY customer_id ORDER BY sum(minor) DESC, customer_id`;
