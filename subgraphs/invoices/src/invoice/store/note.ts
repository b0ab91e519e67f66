import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, within, type List, type Page, type TimeRange } from '@tollgate/runtime/graphql/list';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { InvoiceState, Note } from '../domain/state.js';

/** A credit note, and of which invoice it is. */
export interface StoredNote {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly note: Note;
}

export interface NoteFilter {
  readonly customerId: string | null;
  readonly invoiceId?: string | null | undefined;
  readonly number?: string | null | undefined;
  readonly created?: TimeRange | null | undefined;
}

/** The credit notes of a tenant. */
export const CREDIT_NOTE_LIST: List = { name: 'creditNotes', idPrefix: 'crn', orderBy: 'CREATED_AT_ASC' };

/** The table of credit notes: each is also in its invoice's state. */
export const CREDIT_NOTES: Projection<InvoiceState> = {
  table: 'invoices_credit_note',
  key: ['id'],
  owner: 'invoice_id',
  columns: ['id', 'invoice_id', 'customer_id', 'currency', 'number', 'created_at', 'note'],
  rows: (invoice, { id: invoiceId }) => {
    if (invoice.status === 'none' || invoice.status === 'draft') return [];
    const { customerId, currency } = invoice.basis;
    return (invoice.creditNotes ?? []).map((note) => ({
      ...{ id: note.id, invoice_id: invoiceId, customer_id: customerId, currency },
      ...{ number: note.number ?? null, created_at: note.createdAt, note: encodeJson(note) },
    }));
  },
};

/** Credit notes by id; those that are unknown are missing. */
export async function findNotes(db: Queryable, ids: readonly string[]): Promise<StoredNote[]> {
  const rows = await db.query<NoteRow>(`${SELECT_SQL} WHERE id = ANY($1)`, [ids]);
  return rows.map(stored);
}

/** A page of the credit notes that pass the filter, and one more. */
export async function listNotes(db: Queryable, filter: NoteFilter, page: Page): Promise<StoredNote[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.invoiceId, (parameter) => `invoice_id = ${parameter}`],
      [filter.number, (parameter) => `number = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  return (await db.query<NoteRow>(`${SELECT_SQL} WHERE true${sql}`, params)).map(stored);
}

interface NoteRow {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly currency: Currency;
  readonly note: JsonValue;
}

const SELECT_SQL = 'SELECT invoice_id, customer_id, currency, note FROM {t}.invoices_credit_note';

function stored({ invoice_id: invoiceId, customer_id: customerId, currency, note }: NoteRow): StoredNote {
  return { invoiceId, customerId, currency, note: decodeJson(note) as Note };
}
