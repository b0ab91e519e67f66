import { firstIdAt } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { parseInstant, toMs, type Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page, type TimeRange } from '@tollgate/runtime/graphql/list';
import { ACCOUNTS, type Account, type PostingKind } from '../domain/posting.js';

/** An entry as its row has it; accounts that do not move are null. */
export type StoredEntry = {
  readonly id: string;
  readonly at: Instant;
  readonly kind: PostingKind;
  readonly causeId: string;
  readonly currency: Currency;
  readonly customerId: string;
  readonly invoiceId: string | null;
} & Readonly<Record<Account, string | null>>;

export interface EntryFilter {
  readonly currency?: string | null | undefined;
  readonly account: Account | null;
  readonly customerId?: string | null | undefined;
  readonly invoiceId?: string | null | undefined;
  readonly kind: PostingKind | null;
  readonly created?: TimeRange | null | undefined;
}

/** The entries of a tenant's ledger. */
export const LEDGER_ENTRIES: List = { name: 'ledgerEntries', idPrefix: 'led', orderBy: 'CREATED_AT_ASC' };

/** A page of the entries that pass the filter, and one more. */
export async function pageEntries(db: Queryable, filter: EntryFilter, page: Page): Promise<StoredEntry[]> {
  const { account, created } = filter;
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.currency, (parameter) => `currency = ${parameter}`],
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.invoiceId, (parameter) => `invoice_id = ${parameter}`],
      [filter.kind, (parameter) => `kind = ${parameter}`],
      [account, (parameter) => `${account ?? 'cash'} IS NOT NULL AND ${parameter}::text IS NOT NULL`],
      [boundOf(created?.from), (parameter) => `id >= ${parameter}`],
      [boundOf(created?.to), (parameter) => `id < ${parameter}`],
    ],
  });
  return db.query<StoredEntry>(`SELECT ${COLUMNS} FROM {t}.invoices_ledger_entry WHERE true${sql}`, params);
}

const COLUMNS = `id, at, kind, cause_id AS "causeId", currency, customer_id AS "customerId",
  invoice_id AS "invoiceId", ${ACCOUNTS.map((account) => `${account}::text`).join(', ')}`;

/** Entries are in the order of their times, and so are their ids. */
function boundOf(text: string | null | undefined): string | null {
  const at = typeof text === 'string' ? parseInstant(text) : null;
  return at === null ? null : firstIdAt('led', toMs(at));
}
