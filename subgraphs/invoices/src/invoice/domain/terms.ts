import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Coupon } from '../../discount/domain/coupon.js';
import type { Line } from '../../rating/domain/priced-line.js';
import type { TaxRate } from '../../tax/domain/tax-rate.js';

/** The least that the named lines come to, before coupons; the rest becomes one more line with this id. */
export interface Minimum extends Omit<Line, 'amount'> {
  readonly lineIds: readonly string[];
  /** In major units. */
  readonly amount: Decimal;
  /** The part of the period that counts; without it the whole amount. */
  readonly fraction?: { readonly numerator: Decimal; readonly denominator: Decimal };
}

/** What an invoice is computed from. */
export interface Terms {
  readonly currency: Currency;
  readonly lines: readonly Line[];
  readonly minimums: readonly Minimum[];
  readonly coupons: readonly Coupon[];
  readonly taxRates: readonly TaxRate[];
}
