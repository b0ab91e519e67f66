import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Money } from '@tollgate/kernel/money/money';

/** A priced line; below zero it gives back. */
export interface Line {
  readonly id: string;
  readonly amount: Money;
  readonly subscription?: string;
  /** Ids of tax rates, in order: a compound one taxes those before it. All inclusive or all exclusive. */
  readonly taxes?: readonly string[];
}

/** The least that the named lines come to, before coupons; the rest becomes one more line with this id. */
export interface Minimum extends Omit<Line, 'amount'> {
  readonly lineIds: readonly string[];
  /** In major units. */
  readonly amount: Decimal;
  /** The part of the period that counts; without it the whole amount. */
  readonly fraction?: { readonly numerator: Decimal; readonly denominator: Decimal };
}

export type CouponScope =
  | { readonly target: 'line'; readonly lineIds: readonly string[] }
  | { readonly target: 'subscription'; readonly subscription: string }
  | { readonly target: 'invoice' };

/** A percentage of what remains, or an amount in major units; what an amount cannot use is lost. */
export type CouponValue = { readonly percent: Decimal } | { readonly amount: Decimal };

export type Coupon = { readonly id: string } & CouponScope & CouponValue;

export interface TaxRate {
  readonly id: string;
  readonly percent: Decimal;
  /** The tax is part of the line amount. */
  readonly inclusive: boolean;
  /** It taxes the taxes before it, too. */
  readonly compound: boolean;
}

/** What an invoice is computed from. */
export interface Terms {
  readonly currency: Currency;
  readonly lines: readonly Line[];
  readonly minimums: readonly Minimum[];
  readonly coupons: readonly Coupon[];
  readonly taxRates: readonly TaxRate[];
}
