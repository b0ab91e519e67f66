import type { Currency } from '@tollgate/kernel/money/currency';
import { UTC, type Instant, type LocalDate, type TimeZone } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import type { PostingKind } from '../../ledger/domain/posting.js';
import { firstEntryOf } from './entry-ids.js';

/** Something that changed what a customer owes, less what it has to its credit. */
export interface StatementEntry {
  readonly id: string;
  readonly at: Instant;
  readonly kind: PostingKind;
  readonly causeId: string;
  readonly invoiceId: string | null;
  readonly number: string | null;
  readonly minor: bigint;
}

/** Whose account, in which books, over which dates [from, to) where the customer is. */
export interface StatementAsked {
  readonly customerId: string;
  readonly currency: Currency;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** What stood before, and what moved, in its order: at most so many entries. */
export async function statementOf(
  db: Queryable,
  { customerId, currency, from, to }: StatementAsked,
  limit: number,
): Promise<{ readonly openingMinor: bigint; readonly entries: readonly StatementEntry[] }> {
  const [known] = await db.query<{ zone: TimeZone | null }>(
    'SELECT time_zone AS zone FROM {t}.invoices_customer WHERE customer_id = $1',
    [customerId],
  );
  const bound = (date: LocalDate) => firstEntryOf(date, known?.zone ?? UTC);
  const [before, rows] = await Promise.all([
    db.query<{ minor: string }>(OPENING_SQL, [customerId, currency, bound(from)]),
    db.query<Omit<StatementEntry, 'minor'> & { readonly minor: string }>(ENTRIES_SQL, [
      ...[customerId, currency, bound(from), bound(to), limit],
    ]),
  ]);
  return {
    openingMinor: BigInt(before[0]?.minor ?? '0'),
    entries: rows.map(({ minor, ...rest }) => ({ ...rest, minor: BigInt(minor) })),
  };
}

const OWED = 'coalesce(accounts_receivable, 0) + coalesce(customer_credit, 0)';

const OPENING_SQL = `
  SELECT coalesce(sum(${OWED}), 0)::text AS minor FROM {t}.invoices_ledger_entry
  WHERE customer_id = $1 AND currency = $2 AND id < $3`;

const ENTRIES_SQL = `
  SELECT e.id, e.at, e.kind, e.cause_id AS "causeId", e.invoice_id AS "invoiceId", (${OWED})::text AS minor,
    (SELECT number FROM {t}.invoices_invoice i WHERE i.id = e.invoice_id) AS number
  FROM {t}.invoices_ledger_entry e
  WHERE customer_id = $1 AND currency = $2 AND id >= $3 AND id < $4 AND ${OWED} <> 0 ORDER BY id LIMIT $5`;
