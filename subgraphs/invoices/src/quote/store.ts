import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import type { Quoted } from './domain/quoted.js';

/** The table of what quotes showed. */
export const QUOTED: Projection<Quoted | null> = {
  table: 'invoices_quote',
  key: ['id'],
  columns: ['id', 'quote_id', 'customer_id', 'state'],
  rows: (quoted, { id }) =>
    quoted === null
      ? []
      : [
          {
            id,
            quote_id: quoted.quoteId,
            customer_id: quoted.basis.customerId,
            state: encodeJson(quoted),
          },
        ],
};

/** What quotes showed, by their ids. */
export async function quotedByQuote(tx: Queryable, quoteIds: readonly string[]): Promise<Quoted[]> {
  const rows = await tx.query<{ state: JsonValue }>(
    'SELECT state FROM {t}.invoices_quote WHERE quote_id = ANY($1)',
    [quoteIds],
  );
  return rows.map(({ state }) => decodeJson(state) as Quoted);
}
