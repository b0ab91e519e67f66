import type { TenantTx } from '@tollgate/runtime/database/db';
import { couponsOn, type AppliedCoupon, type CouponInvoice, type CouponUse } from './domain/applied.js';
import { findCoupons, findUses } from './store.js';

/** The coupons of some customers, and what they have discounted so far. */
export class CouponBook {
  readonly #applied: readonly AppliedCoupon[];
  readonly #uses: ReadonlyMap<string, CouponUse>;

  private constructor(applied: readonly AppliedCoupon[], uses: ReadonlyMap<string, CouponUse>) {
    this.#applied = applied;
    this.#uses = uses;
  }

  /** Reads them; customers without coupons cost nothing more. */
  static async open(tx: TenantTx, customerIds: readonly string[]): Promise<CouponBook> {
    const applied = await findCoupons(tx, [...new Set(customerIds)]);
    return new CouponBook(
      applied,
      await findUses(
        tx,
        applied.map(({ id }) => id),
      ),
    );
  }

  /** Those of an invoice. */
  on(invoice: CouponInvoice): readonly AppliedCoupon[] {
    return couponsOn(invoice, this.#applied, this.#uses);
  }
}
