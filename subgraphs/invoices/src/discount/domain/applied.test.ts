import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { couponsOn, type AppliedCoupon, type CouponInvoice, type CouponUse } from './applied.js';

const coupon = (given: Partial<AppliedCoupon> = {}): AppliedCoupon => ({
  ...{ id: 'cpa_1', customerId: 'cus_1', subscriptionId: 'sub_1', target: 'subscription', keys: [] },
  value: { percent: decimal('10') },
  duration: { kind: 'forever' },
  ...given,
});
const invoice = (given: Partial<CouponInvoice> = {}): CouponInvoice => ({
  ...{ customerId: 'cus_1', currency: 'USD', subscriptionId: 'sub_1', period: 3, isOfPeriod: true },
  ...given,
});
const isOn = (one: AppliedCoupon, on: CouponInvoice, use?: CouponUse) =>
  couponsOn(on, [one], new Map(use === undefined ? [] : [[one.id, use]])).length === 1;

test('a coupon is on the invoices of its subscription, or on all of its customer', () => {
  expect(isOn(coupon(), invoice())).toBe(true);
  expect(isOn(coupon(), invoice({ subscriptionId: 'sub_2' }))).toBe(false);
  const wide = coupon({ target: 'invoice', subscriptionId: null });
  expect(isOn(wide, invoice({ subscriptionId: null, period: null }))).toBe(true);
  expect(isOn(wide, invoice({ customerId: 'cus_2' }))).toBe(false);
});

test('an amount is not collected again by a change inside a period, and never in another currency', () => {
  const amount = coupon({ value: { amount: decimal('5'), currency: 'USD' } });
  expect(isOn(amount, invoice())).toBe(true);
  expect(isOn(amount, invoice({ isOfPeriod: false }))).toBe(false);
  expect(isOn(coupon(), invoice({ isOfPeriod: false }))).toBe(true);
  const wide = { ...amount, target: 'invoice', subscriptionId: null } as const;
  expect(isOn(wide, invoice({ isOfPeriod: false }))).toBe(true);
  expect(isOn(wide, invoice({ currency: 'EUR' }))).toBe(false);
});

test('once lasts until it has discounted an invoice', () => {
  const once = coupon({ duration: { kind: 'once' } });
  expect(isOn(once, invoice())).toBe(true);
  expect(isOn(once, invoice(), { invoices: 1, firstPeriod: 0 })).toBe(false);
});

test('repeating counts billing periods from the first invoice that it discounted, or invoices', () => {
  const twice = coupon({ duration: { kind: 'repeating', periods: 2 } });
  const since = { invoices: 9, firstPeriod: 3 };
  expect([3, 4, 5].map((period) => isOn(twice, invoice({ period }), since))).toEqual([true, true, false]);
  const wide = { ...twice, target: 'invoice', subscriptionId: null } as const;
  expect(isOn(wide, invoice(), { invoices: 1, firstPeriod: 0 })).toBe(true);
  expect(isOn(wide, invoice(), { invoices: 2, firstPeriod: 0 })).toBe(false);
});
