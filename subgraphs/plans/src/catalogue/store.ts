import type { CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { MeterRecord } from '@tollgate/contracts/usage/meter';
import { encodeJson } from '@tollgate/kernel/codec';
import type { Id } from '@tollgate/kernel/id';
import { timeZone, type Instant, type TimeZone } from '@tollgate/kernel/time/time';
import type { Prisma } from '@tollgate/prisma/tenant';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Entitlement, Interval, PlanVersion } from './domain/plan.js';
import type { Price } from './domain/price.js';

export interface Product {
  readonly id: Id<'prd'>;
  readonly name: string;
  readonly description: string | null;
}

/** A plan with the billing period of its current version. */
export interface Plan {
  readonly id: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  readonly versionId: Id<'plv'>;
  readonly interval: Interval['unit'];
  readonly intervalCount: number;
}

/** What plans knows of a customer. */
export interface Customer {
  readonly id: Id<'cus'>;
  readonly timeZone: TimeZone;
  readonly currency: string;
}

/** Whose eyes see the catalogue: all of it, or what one customer is subscribed to. */
export type Viewer = string | null;

export async function insertProduct(tx: TenantTx, product: Product, at: Instant): Promise<void> {
  await tx.prisma.plansProduct.create({ data: { ...product, createdAt: at } });
}

/** False where another plan has the code; nothing is written then. */
export async function insertPlan(
  tx: TenantTx,
  plan: Omit<Plan, 'interval' | 'intervalCount'>,
  at: Instant,
): Promise<boolean> {
  const { versionId, ...row } = plan;
  const { count } = await tx.prisma.plansPlan.createMany({
    data: [{ ...row, currentVersion: versionId, createdAt: at }],
    skipDuplicates: true,
  });
  return count === 1;
}

export async function insertVersion(tx: TenantTx, version: PlanVersion): Promise<void> {
  const { interval, prices, entitlements, ...row } = version;
  await tx.prisma.plansPlanVersion.create({
    data: {
      ...row,
      interval: interval.unit,
      intervalCount: interval.count,
      prices: encodeJson(prices) as Prisma.InputJsonValue,
      entitlements: encodeJson(entitlements) as Prisma.InputJsonValue,
    },
  });
}

export async function setCurrentVersion(tx: TenantTx, { id, planId }: PlanVersion): Promise<void> {
  await tx.prisma.plansPlan.update({ where: { id: planId }, data: { currentVersion: id } });
}

export async function codeIsTaken(tx: TenantTx, code: string): Promise<boolean> {
  return (await tx.prisma.plansPlan.findUnique({ where: { code }, select: { id: true } })) !== null;
}

export async function productsById(tx: TenantTx, ids: readonly string[], viewer: Viewer): Promise<Product[]> {
  return tx.query<Product>(`${PRODUCT_SQL} AND r.id = ANY($2)`, [viewer, ids]);
}

export async function productPage(tx: TenantTx, page: Page, viewer: Viewer): Promise<Product[]> {
  return tx.query<Product>(`${PRODUCT_SQL} ${PAGE_SQL}`, [viewer, page.after, page.limit + 1]);
}

export async function plansById(tx: TenantTx, ids: readonly string[], viewer: Viewer): Promise<Plan[]> {
  return tx.query<Plan>(`${PLAN_SQL} AND r.id = ANY($2)`, [viewer, ids]);
}

export async function planPage(tx: TenantTx, page: Page, viewer: Viewer): Promise<Plan[]> {
  return tx.query<Plan>(`${PLAN_SQL} ${PAGE_SQL}`, [viewer, page.after, page.limit + 1]);
}

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

/** Codes of those meters that are known. */
export async function meterCodes(tx: TenantTx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; code: string }>(
    'SELECT id, code FROM {t}.plans_meter WHERE id = ANY($1)',
    [ids],
  );
  return new Map(rows.map(({ id, code }) => [id, code]));
}

export async function isCustomer(tx: TenantTx, id: string): Promise<boolean> {
  return (await tx.query('SELECT 1 FROM {t}.plans_customer WHERE id = $1', [id])).length > 0;
}

/** The customer, kept from other writers until the end of the transaction: its subscriptions are made one by one. */
export async function lockCustomer(tx: TenantTx, id: string): Promise<Customer | null> {
  const [row] = await tx.query<{ id: Id<'cus'>; time_zone: string; currency: string }>(
    'SELECT id, time_zone, currency FROM {t}.plans_customer WHERE id = $1 FOR UPDATE',
    [id],
  );
  return row === undefined ? null : { id: row.id, timeZone: timeZone(row.time_zone), currency: row.currency };
}

/** Keeps the newest revision of each customer, in whatever order they come. */
export async function saveCustomers(tx: TenantTx, customers: readonly CustomerRecord[]): Promise<void> {
  await tx.query(SAVE_CUSTOMERS_SQL, [
    customers.map(({ customerId }) => customerId),
    customers.map(({ revision }) => revision),
    customers.map((customer) => customer.timeZone),
    customers.map(({ currency }) => currency),
  ]);
}

export async function saveMeters(tx: TenantTx, meters: readonly MeterRecord[]): Promise<void> {
  await tx.query(
    `INSERT INTO {t}.plans_meter (id, code) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT (id) DO NOTHING`,
    [meters.map(({ meterId }) => meterId), meters.map(({ code }) => code)],
  );
}

interface VersionRow extends Omit<PlanVersion, 'interval'> {
  readonly unit: Interval['unit'];
  readonly count: number;
  readonly prices: readonly Price[];
  readonly entitlements: readonly Entitlement[];
}

function versionOf({ unit, count, ...version }: VersionRow): PlanVersion {
  return { ...version, interval: { unit, count } };
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
  SELECT r.id, r.plan_id AS "planId", r.number, r.interval AS unit, r.interval_count AS count, r.prices,
    r.entitlements, r.published_at AS "publishedAt"
  FROM {t}.plans_plan_version r JOIN {t}.plans_plan p ON p.id = r.plan_id
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s WHERE s.customer_id = $1
      AND (s.plan_version_id = r.id OR (s.plan_id = p.id AND p.current_version = r.id))))`;

const SAVE_CUSTOMERS_SQL = `
  INSERT INTO {t}.plans_customer AS c (id, revision, time_zone, currency)
  SELECT DISTINCT ON (i) i, r, z, m FROM unnest($1::text[], $2::int[], $3::text[], $4::text[]) AS n(i, r, z, m)
  ORDER BY i, r DESC
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, time_zone = excluded.time_zone,
    currency = excluded.currency
  WHERE c.revision < excluded.revision`;
