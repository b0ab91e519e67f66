import type { CouponTerms as PublishedTerms } from '@tollgate/contracts/plans/coupon';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';
import type { AppliedCoupon, CouponUse } from './domain/applied.js';

/** A coupon that plans tells to be applied. */
export interface ToldCoupon {
  readonly applicationId: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly coupon: PublishedTerms;
}

/** Keeps applied coupons, with the transaction's next write. */
export function keepCoupons(tx: TenantTx, told: readonly ToldCoupon[]): void {
  lockInvoices(tx);
  tx.post(KEEP_SQL, [
    told.map((one) => one.applicationId),
    told.map((one) => one.customerId),
    told.map((one) => one.subscriptionId),
    told.map(({ coupon }) => JSON.stringify(coupon)),
  ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.invoices_coupon (id, customer_id, subscription_id, coupon)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) ON CONFLICT (id) DO NOTHING`;

/** Notes that coupons are on no later invoice, with the transaction's next write. */
export function dropCoupons(tx: TenantTx, ids: readonly string[]): void {
  lockInvoices(tx);
  tx.post('UPDATE {t}.invoices_coupon SET removed = true WHERE id = ANY($1)', [ids]);
}

/** Coupons that are applied to these customers and their subscriptions, in the order in which they were. */
export async function findCoupons(tx: TenantTx, customerIds: readonly string[]): Promise<AppliedCoupon[]> {
  if (customerIds.length === 0) return [];
  const rows = await tx.query<CouponRow>(
    'SELECT * FROM {t}.invoices_coupon WHERE customer_id = ANY($1) AND NOT removed ORDER BY id',
    [customerIds],
  );
  return rows.map(couponOf);
}

/** A row of the table of coupons. */
export interface CouponRow {
  readonly id: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly coupon: PublishedTerms;
}

/** A coupon as plans told it. */
export function couponOf({
  id,
  customer_id: customerId,
  subscription_id: subscriptionId,
  coupon,
}: CouponRow): AppliedCoupon {
  const { value, target, keys, duration } = coupon;
  const known =
    'percent' in value ? value : { amount: value.amount, currency: parseCurrency(value.currency) ?? 'USD' };
  return { id, customerId, subscriptionId, value: known, target, keys, duration };
}

/** What coupons have discounted so far; those that did nothing yet are missing. */
export async function findUses(tx: TenantTx, ids: readonly string[]): Promise<Map<string, CouponUse>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; invoices: number; first: number | null }>(USES_SQL, [ids]);
  return new Map(rows.map(({ id, invoices, first }) => [id, { invoices, firstPeriod: first }]));
}

const USES_SQL = `
  SELECT c.id, count(*)::int AS invoices, min(coalesce(c.period, i.paid_period)) AS first
  FROM {t}.invoices_invoice i CROSS JOIN LATERAL unnest(i.coupon_ids, i.coupon_periods) AS c(id, period)
  WHERE i.coupon_ids && $1::text[] AND c.id = ANY($1) GROUP BY c.id`;
