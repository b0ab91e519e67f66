import type { CouponTerms } from '@tollgate/contracts/plans/coupon';
import type { CouponDuration, CouponTarget } from '../generated/graphql.js';
import type { Coupon } from './domain/coupon.js';

export const TARGET = {
  LINE: 'line',
  SUBSCRIPTION: 'subscription',
  INVOICE: 'invoice',
} as const satisfies Readonly<Record<CouponTarget, Coupon['target']>>;

export const DURATION = {
  ONCE: 'once',
  REPEATING: 'repeating',
  FOREVER: 'forever',
} as const satisfies Readonly<Record<CouponDuration, Coupon['duration']['kind']>>;

const TARGET_VIEW = { line: 'LINE', subscription: 'SUBSCRIPTION', invoice: 'INVOICE' } as const;
const DURATION_VIEW = { once: 'ONCE', repeating: 'REPEATING', forever: 'FOREVER' } as const;

/** A coupon as the schema shows it. */
export function couponView({ value, target, keys, duration, ...coupon }: Coupon) {
  return {
    ...coupon,
    percent: 'percent' in value ? value.percent : null,
    amount: 'amount' in value ? value.amount : null,
    currency: 'amount' in value ? value.currency : null,
    target: TARGET_VIEW[target],
    priceKeys: keys,
    duration: DURATION_VIEW[duration.kind],
    periods: duration.kind === 'repeating' ? duration.periods : null,
  };
}

/** What it takes off, as others are told it. */
export function termsOf({ code, name, value, target, keys, duration }: Coupon): CouponTerms {
  return { code, name, value, target, keys: [...keys], duration };
}
