import type { Decimal } from '@tollgate/kernel/number/decimal';

/** What a coupon discounts. */
export type CouponScope =
  | { readonly target: 'line'; readonly lineIds: readonly string[] }
  | { readonly target: 'subscription'; readonly subscription: string }
  | { readonly target: 'invoice' }
  /** What was paid in advance: it takes what all others left. */
  | { readonly target: 'prepaid'; readonly lineIds: readonly string[] };

/** A percentage of what remains, or an amount in major units; what an amount cannot use is lost. */
export type CouponValue = { readonly percent: Decimal } | { readonly amount: Decimal };

export type Coupon = { readonly id: string } & CouponScope & CouponValue;
