import { decodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import {
  matching,
  pageSql,
  within,
  type List,
  type Page,
  type Statement,
} from '@tollgate/runtime/graphql/list';
import { alphabetical, type Sort } from '@tollgate/runtime/graphql/sort';
import type { QueryCouponsArgs } from '../generated/graphql.js';
import type { Holder } from './domain/application.js';
import type { Coupon } from './domain/coupon.js';

/** Whether a coupon has the code; nobody else can take it before the transaction ends. */
export async function isCouponCodeTaken(tx: TenantTx, code: string): Promise<boolean> {
  lock(tx, 'coupon-code', `${tx.scope.tenantId}/${code}`);
  return (await tx.query('SELECT 1 FROM {t}.plans_coupon WHERE code = $1', [code])).length > 0;
}

/** Coupons by id. */
export async function couponsById(tx: Queryable, ids: readonly string[]): Promise<Coupon[]> {
  const rows = await tx.query<{ coupon: JsonValue }>(
    'SELECT coupon FROM {t}.plans_coupon WHERE id = ANY($1)',
    [ids],
  );
  return rows.map(couponOf);
}

/** A coupon as lists read it. */
export interface CouponRow {
  readonly id: string;
  readonly coupon: JsonValue;
}

/** The coupon that a row has: what was written when it was made. */
export function couponOf({ coupon }: Pick<CouponRow, 'coupon'>): Coupon {
  return decodeJson(coupon) as Coupon;
}

const BY_NAME: Sort<CouponRow> = {
  kind: 'text',
  column: "(coupon->>'name')",
  compared: alphabetical,
  keyOf: (row) => couponOf(row).name,
};

/** What can be taken off. */
export const COUPON_LIST: List = {
  name: 'coupons',
  idPrefix: 'cpn',
  orderBy: 'CREATED_AT_ASC',
  sorts: { NAME: BY_NAME },
};

/** What coupons are sought by. */
export type CouponFilter = Pick<QueryCouponsArgs, 'code' | 'created' | 'search'> & {
  readonly target: Coupon['target'] | null;
};

/** Finds a page of coupons, and one more. */
export function selectCoupons(page: Page, filter: CouponFilter): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.code, (parameter) => `code = ${parameter}`],
      [filter.target, (parameter) => `coupon->>'target' = ${parameter}`],
      ...within('created_at', filter.created),
      matching(["coupon->>'name'", 'code'], 'contains', filter.search),
    ],
  });
  return { text: `SELECT id, coupon FROM {t}.plans_coupon WHERE true${sql}`, params };
}

/** How often a coupon was applied, and the application that the holder has; nobody else applies it before the end. */
export async function redemptionsOf(
  tx: TenantTx,
  couponId: string,
  { customerId, subscriptionId }: Pick<Holder, 'customerId' | 'subscriptionId'>,
): Promise<{ readonly redemptions: number; readonly applicationId: string | null }> {
  lock(tx, 'coupon', `${tx.scope.tenantId}/${couponId}`);
  const [row] = await tx.query<{ redemptions: number; application: string | null }>(REDEMPTIONS_SQL, [
    couponId,
    customerId,
    subscriptionId,
  ]);
  return { redemptions: row?.redemptions ?? 0, applicationId: row?.application ?? null };
}

const REDEMPTIONS_SQL = `
  SELECT count(*)::int AS redemptions, min(id) FILTER (
    WHERE NOT removed AND customer_id = $2 AND subscription_id IS NOT DISTINCT FROM $3) AS application
  FROM {t}.plans_coupon_application WHERE coupon_id = $1`;
