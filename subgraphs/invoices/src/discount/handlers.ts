import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Invoice } from '../invoice/domain/state.js';
import { couponsOn, type AppliedCoupon, type CouponInvoice, type CouponUse } from './domain/applied.js';
import { findCoupons, findUses } from './store.js';

/** The coupons of some customers, and what they have discounted so far, invoices that are made meanwhile included. */
export class CouponBook {
  readonly #applied: readonly AppliedCoupon[];
  readonly #uses: Map<string, CouponUse>;

  private constructor(applied: readonly AppliedCoupon[], uses: Map<string, CouponUse>) {
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
  /** Notes what discounts an invoice that is made: the next one of the same transaction sees it. */
  used({ basis, discountedBy = [] }: Pick<Invoice, 'basis' | 'discountedBy'>): void {
    for (const id of discountedBy) {
      const { invoices, firstPeriod } = this.#uses.get(id) ?? { invoices: 0, firstPeriod: null };
      const own = basis.coupons?.find((coupon) => coupon.id === id)?.period ?? basis.paidPeriod ?? null;
      const first = firstPeriod === null || (own !== null && own < firstPeriod) ? own : firstPeriod;
      this.#uses.set(id, { invoices: invoices + 1, firstPeriod: first });
    }
  }
}
