import type { Currency } from '@tollgate/kernel/money/currency';
import type { LocalDate, TimeZone } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { firstEntryOf } from './entry-ids.js';

/** A document that a return is about, by its entry in the ledger. */
export interface TaxedCause {
  readonly id: string;
  readonly kind: 'invoice_finalised' | 'void' | 'credit_note';
  readonly invoiceId: string;
  readonly causeId: string;
}

/** Which documents: of one currency, of dates [from, to) where the tenant is. */
export interface TaxedSpan {
  readonly currency: Currency;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly timeZone: TimeZone;
}

/** A page of what was invoiced, withdrawn and credited, in its order; an invoice that is withdrawn has one of these entries or more. */
export async function taxedAfter(
  db: Queryable,
  { currency, from, to, timeZone }: TaxedSpan,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly TaxedCause[]> {
  const [first, end] = [from, to].map((date) => firstEntryOf(date, timeZone));
  return db.query<TaxedCause>(
    `SELECT id, kind, invoice_id AS "invoiceId", cause_id AS "causeId" FROM {t}.invoices_ledger_entry
     WHERE id >= $1 AND id > $2 AND id < $3 AND currency = $4 AND invoice_id IS NOT NULL
       AND kind IN ('invoice_finalised', 'void', 'credit_note') ORDER BY id LIMIT $5`,
    [first, after ?? '', end, currency, limit],
  );
}
