import { encodeJson } from '@tollgate/kernel/codec';
import type { Id } from '@tollgate/kernel/id';
import { aggregate } from '@tollgate/runtime/command/aggregate';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import type { Page } from '@tollgate/runtime/graphql/connection';
import { currentVersion, planDecider, type Plan } from './domain/plan.js';
import { presentPrice, type VersionV1 } from './domain/plan-v1.js';
import { productDecider, type Product } from './domain/product.js';
import type { Interval, PlanVersion } from './domain/terms.js';

/** A plan with the billing period of its current version. */
export interface PlanRow {
  readonly id: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  readonly versionId: Id<'plv'>;
  readonly interval: IntervalColumn;
  readonly intervalCount: number;
}

/** Whose eyes see the catalogue: all of it, or what one customer is subscribed to. */
export type Viewer = string | null;

/** How the column writes the unit of an interval. */
export type IntervalColumn = Uppercase<Interval['unit']>;

const PRODUCTS: Projection<Product | null> = {
  table: 'plans_product',
  key: ['id'],
  columns: ['id', 'name', 'description'],
  rows: (product) =>
    product === null ? [] : [{ id: product.id, name: product.name, description: product.description }],
};

const PLANS: Projection<Plan | null> = {
  table: 'plans_plan',
  key: ['id'],
  columns: ['id', 'product_id', 'name', 'code', 'current_version'],
  rows: (plan) => {
    if (plan === null) return [];
    const { id, productId, name, code } = plan;
    return [{ id, product_id: productId, name, code, current_version: currentVersion(plan).id }];
  },
};

const VERSIONS: Projection<Plan | null> = {
  table: 'plans_plan_version',
  key: ['id'],
  owner: 'plan_id',
  columns: [
    'id',
    'plan_id',
    'number',
    'interval',
    'interval_count',
    'alignment',
    'grain',
    'prices',
    'entitlements',
    'published_at',
  ],
  rows: (plan) =>
    (plan?.versions ?? []).map((version) => ({
      id: version.id,
      plan_id: version.planId,
      number: version.number,
      interval: version.interval.unit.toUpperCase(),
      interval_count: version.interval.count,
      alignment: version.alignment,
      grain: version.grain,
      prices: encodeJson(version.prices),
      entitlements: encodeJson(version.entitlements),
      published_at: version.publishedAt,
    })),
};

/** What a tenant sells. */
export const products = aggregate({
  name: 'product',
  idPrefix: 'prd',
  decider: productDecider,
  projections: [PRODUCTS],
});

/** Plans with their versions. */
export const plans = aggregate({
  name: 'plan',
  idPrefix: 'pln',
  decider: planDecider,
  projections: [PLANS, VERSIONS],
});

/** Whether a plan has the code; nobody else can take it before the transaction ends. */
export async function isCodeTaken(tx: TenantTx, code: string): Promise<boolean> {
  lock(tx, 'plan-code', `${tx.scope.tenantId}/${code}`);
  return (await tx.query('SELECT 1 FROM {t}.plans_plan WHERE code = $1', [code])).length > 0;
}

/** Products by id, as far as the viewer may see them. */
export async function productsById(tx: TenantTx, ids: readonly string[], viewer: Viewer): Promise<Product[]> {
  return tx.query<Product>(`${PRODUCT_SQL} AND r.id = ANY($2)`, [viewer, ids]);
}

/** Products in the order they were made. */
export async function productPage(tx: TenantTx, page: Page, viewer: Viewer): Promise<Product[]> {
  return tx.query<Product>(`${PRODUCT_SQL} ${PAGE_SQL}`, [viewer, page.after, page.limit + 1]);
}

/** Plans by id, as far as the viewer may see them. */
export async function plansById(tx: TenantTx, ids: readonly string[], viewer: Viewer): Promise<PlanRow[]> {
  return tx.query<PlanRow>(`${PLAN_SQL} AND r.id = ANY($2)`, [viewer, ids]);
}

/** Plans in the order they were made. */
export async function planPage(tx: TenantTx, page: Page, viewer: Viewer): Promise<PlanRow[]> {
  return tx.query<PlanRow>(`${PLAN_SQL} ${PAGE_SQL}`, [viewer, page.after, page.limit + 1]);
}

/** Versions by id, as far as the viewer may see them. */
export async function versionsById(
  tx: TenantTx,
  ids: readonly string[],
  viewer: Viewer,
): Promise<PlanVersion[]> {
  const rows = await tx.query<VersionRow>(`${VERSION_SQL} AND r.id = ANY($2)`, [viewer, ids]);
  return rows.map(versionOf);
}

/** Versions of several plans, the oldest first. */
export async function versionsOfPlans(
  tx: TenantTx,
  planIds: readonly string[],
  viewer: Viewer,
): Promise<PlanVersion[]> {
  const sql = `${VERSION_SQL} AND r.plan_id = ANY($2) ORDER BY r.plan_id, r.number`;
  return (await tx.query<VersionRow>(sql, [viewer, planIds])).map(versionOf);
}

interface VersionRow extends Omit<PlanVersion, 'interval' | 'prices'> {
  readonly unit: IntervalColumn;
  readonly count: number;
  readonly prices: PlanVersion['prices'] | VersionV1['prices'];
}

const UNITS: Readonly<Record<IntervalColumn, Interval['unit']>> = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  YEAR: 'year',
};

/** Rows that were written before prices were the kernel's say them in the old way. */
function versionOf({ unit, count, prices, ...rest }: VersionRow): PlanVersion {
  return { ...rest, interval: { unit: UNITS[unit], count }, prices: prices.map(presentPrice) };
}

const PAGE_SQL = 'AND ($2::text IS NULL OR r.id > $2) ORDER BY r.id LIMIT $3';

const PRODUCT_SQL = `
  SELECT r.id, r.name, r.description FROM {t}.plans_product r
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s JOIN {t}.plans_plan p ON p.id = s.plan_id
    WHERE s.customer_id = $1 AND p.product_id = r.id))`;

const PLAN_SQL = `
  SELECT r.id, r.product_id AS "productId", r.name, r.code, r.current_version AS "versionId",
    v.interval, v.interval_count AS "intervalCount"
  FROM {t}.plans_plan r JOIN {t}.plans_plan_version v ON v.id = r.current_version
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s WHERE s.customer_id = $1 AND s.plan_id = r.id))`;

/** A customer sees the versions it is on, and what its plan costs now; not what others once agreed to. */
const VERSION_SQL = `
  SELECT r.id, r.plan_id AS "planId", r.number, r.interval AS unit, r.interval_count AS count, r.alignment, r.grain,
    r.prices, r.entitlements, r.published_at AS "publishedAt"
  FROM {t}.plans_plan_version r JOIN {t}.plans_plan p ON p.id = r.plan_id
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s WHERE s.customer_id = $1
      AND (s.plan_version_id = r.id OR (s.plan_id = p.id AND p.current_version = r.id))))`;
