import { aggregate } from '@tollgate/runtime/command/aggregate';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { matching, pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryProductsArgs } from '../../generated/graphql.js';
import { productDecider, type Product } from '../domain/product.js';

/** Whose eyes see the catalogue: all of it, or what one customer is subscribed to. */
export type Viewer = string | null;

const PRODUCTS: Projection<Product | null> = {
  table: 'plans_product',
  key: ['id'],
  columns: ['id', 'name', 'description'],
  rows: (product) =>
    product === null ? [] : [{ id: product.id, name: product.name, description: product.description }],
};

/** What a tenant sells. */
export const products = aggregate({
  name: 'product',
  idPrefix: 'prd',
  decider: productDecider,
  projections: [PRODUCTS],
});

/** Products by id, as far as the viewer may see them. */
export async function productsById(
  tx: Queryable,
  ids: readonly string[],
  viewer: Viewer,
): Promise<Product[]> {
  return tx.query<Product>(`${PRODUCT_SQL} AND r.id = ANY($2)`, [viewer, ids]);
}

/** What a tenant sells. */
export const PRODUCT_LIST: List = { name: 'products', idPrefix: 'prd', orderBy: 'CREATED_AT_ASC' };

export type ProductFilter = Pick<QueryProductsArgs, 'search'> & { readonly viewer: Viewer };

/** A page of products, and one more. */
export async function productPage(
  tx: Queryable,
  page: Page,
  { viewer, search }: ProductFilter,
): Promise<Product[]> {
  const where = [matching(['r.name'], 'contains', search)];
  const { sql, params } = pageSql(page, { id: 'r.id', taken: 1, where });
  return tx.query<Product>(`${PRODUCT_SQL}${sql}`, [viewer, ...params]);
}

const PRODUCT_SQL = `
  SELECT r.id, r.name, r.description FROM {t}.plans_product r
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s JOIN {t}.plans_plan p ON p.id = s.plan_id
    WHERE s.customer_id = $1 AND p.product_id = r.id))`;
