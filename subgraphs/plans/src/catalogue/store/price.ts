import type { Queryable } from '@tollgate/runtime/database/db';
import type { List, Page } from '@tollgate/runtime/graphql/list';
import { presentPrice, type PlanPriceV1 } from '../domain/plan-v1.js';
import type { PlanPrice } from '../domain/price.js';

/** Prices of a version or a draft, in the order of the plan; their place in the list is their id. */
export const PRICE_LIST: List = { name: 'PlanVersion.prices', idPrefix: 'prc', orderBy: 'CREATED_AT_ASC' };

/** What prices are read from. */
export type PriceTable = 'plans_plan_version' | 'plans_plan_draft';

/** A price as queries read it; null where it does not fit into the answer. */
export interface PriceRead {
  /** What it is a price of. */
  readonly ownerId: string;
  readonly bytes: number;
  readonly price: PlanPrice | null;
}

/** Which prices, and how many bytes of them at most in all. */
export interface PriceFilter {
  readonly ownerIds: readonly string[];
  readonly currency: string | null;
  readonly maxBytes: number;
}

/** The same page of the prices of several versions or drafts, and one more of each. */
export async function pricePages(
  tx: Queryable,
  table: PriceTable,
  { page, ...filter }: PriceFilter & { readonly page: Page },
): Promise<PriceRead[]> {
  const { ownerIds, currency, maxBytes } = filter;
  const rows = await tx.query<Omit<PriceRead, 'price'> & { readonly price: PlanPrice | PlanPriceV1 | null }>(
    pricesSql(table),
    [ownerIds, currency, page.after?.id ?? null, page.limit + 1, maxBytes],
  );
  return rows.map(({ price, ...row }) => ({ ...row, price: price && presentPrice(price) }));
}

const pricesSql = (table: PriceTable): string => `
  SELECT "ownerId", bytes, CASE WHEN sum(bytes) OVER (ORDER BY "ownerId", place) <= $5 THEN price END AS price
  FROM (
    SELECT r.id AS "ownerId", e.place, e.price, octet_length(e.price::text) AS bytes
    FROM {t}.${table} r CROSS JOIN LATERAL (
      SELECT p.value AS price, p.place FROM jsonb_array_elements(r.prices) WITH ORDINALITY AS p(value, place)
      WHERE ($2::text IS NULL OR p.value->>'currency' = $2) AND ($3::text IS NULL OR p.place > (
        SELECT a.place FROM jsonb_array_elements(r.prices) WITH ORDINALITY AS a(value, place)
        WHERE a.value->>'priceId' = $3))
      ORDER BY p.place LIMIT $4) e
    WHERE r.id = ANY($1)) listed
  ORDER BY "ownerId", place`;
