import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, within, type List, type Page, type Statement } from '@tollgate/runtime/graphql/list';
import type { Sort } from '@tollgate/runtime/graphql/sort';
import type { Viewer } from '../catalogue/store/product.js';
import type { QueryQuotesArgs } from '../generated/graphql.js';
import type { Quote } from './domain/quote.js';

/** The table of quotes. */
export const QUOTES: Projection<Quote | null> = {
  table: 'plans_quote',
  key: ['id'],
  columns: ['id', 'customer_id', 'status', 'created_at', 'state'],
  rows: (quote) =>
    quote === null
      ? []
      : [
          {
            id: quote.quoteId,
            customer_id: quote.customerId,
            status: quote.status.toUpperCase(),
            created_at: quote.createdAt,
            state: encodeJson(quote),
          },
        ],
};

/** A quote as queries see it. */
export interface QuoteRow {
  readonly id: string;
  readonly customer_id: string;
  readonly state: JsonValue;
}

/** The state that a row shows. */
export function quoteOf({ state }: Pick<QuoteRow, 'state'>): Quote {
  return decodeJson(state) as Quote;
}

/** Quotes by id, as far as the viewer may see them. */
export async function quotesById(tx: Queryable, ids: readonly string[], viewer: Viewer): Promise<QuoteRow[]> {
  return tx.query<QuoteRow>(
    `SELECT id, customer_id, state FROM {t}.plans_quote
     WHERE id = ANY($1) AND ($2::text IS NULL OR customer_id = $2)`,
    [ids, viewer],
  );
}

const BY_END: Sort<QuoteRow> = {
  kind: 'text',
  column: "(state->>'validUntil')",
  // Without the last letter, fractions of a second are in order too.
  compared: (key) => `rtrim(${key}, 'Z') COLLATE "C"`,
  keyOf: (row) => quoteOf(row).validUntil,
};

/** The quotes of a tenant. */
export const QUOTE_LIST: List = {
  name: 'quotes',
  idPrefix: 'quo',
  orderBy: 'CREATED_AT_ASC',
  sorts: { VALID_UNTIL: BY_END },
};

export type QuoteFilter = Pick<QueryQuotesArgs, 'customerId' | 'planId' | 'status' | 'created'>;

/** Finds a page of quotes, and one more. */
export function selectQuotes(page: Page, filter: QuoteFilter): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.planId, (parameter) => `state->>'planId' = ${parameter}`],
      [filter.status, (parameter) => `status = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  return { text: `SELECT id, customer_id, state FROM {t}.plans_quote WHERE true${sql}`, params };
}
