import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { applicationDecider, type ApplyCoupon } from './application.js';
import { couponDecider, type Coupon, type CouponDraft } from './coupon.js';

const now = instant('2024-05-01T00:00:00Z');
const draft: CouponDraft = {
  ...{
    code: 'half',
    name: 'Half',
    percent: '50',
    amount: null,
    currency: null,
    target: 'subscription',
    keys: [],
  },
  ...{ duration: 'once', periods: null, maxRedemptions: null, redeemBy: null },
};
const making = (given: Partial<CouponDraft> = {}, isTaken = false) =>
  couponDecider.decide(
    {
      ...{ type: 'CreateCoupon', id: `cpn_${'0'.repeat(26)}`, usualCurrency: 'USD', isTaken, now },
      draft: { ...draft, ...given },
    },
    null,
  );
const made = (given: Partial<CouponDraft> = {}): Coupon => {
  const decided = making(given);
  const [event] = decided.ok ? decided.events : [];
  if (event === undefined) throw new Error('it is made');
  return couponDecider.evolve(null, event) as Coupon;
};
const field = (given: Partial<CouponDraft>) => {
  const decided = making(given);
  return decided.ok ? null : decided.rejection;
};
const applying = (given: Partial<ApplyCoupon> = {}): string => {
  const decided = applicationDecider.decide(
    {
      ...{
        type: 'ApplyCoupon',
        id: `cpa_${'0'.repeat(26)}`,
        coupon: made(),
        redemptions: 0,
        isApplied: false,
        now,
      },
      holder: { customerId: 'cus_1', subscriptionId: 'sub_1', currency: 'USD' },
      ...given,
    },
    null,
  );
  return decided.ok ? 'accepted' : decided.rejection.reason;
};

test('a coupon takes off a percentage or an amount of whole minor units, for as long as it says', () => {
  expect(made().value).toEqual({ percent: '50' });
  expect(made({ percent: null, amount: '5' }).value).toEqual({ amount: '5', currency: 'USD' });
  expect(field({ amount: '5' })).toMatchObject({ field: 'input' });
  expect(field({ percent: '101' })).toMatchObject({ field: 'input.percent' });
  expect(field({ percent: null, amount: '5.001' })).toMatchObject({ field: 'input.amount' });
  expect(field({ duration: 'repeating' })).toMatchObject({ field: 'input.periods' });
  expect(field({ periods: 2 })).toMatchObject({ field: 'input.periods' });
  expect(field({ target: 'line' })).toMatchObject({ field: 'input.priceKeys' });
  expect(field({ keys: ['base'] })).toMatchObject({ field: 'input.priceKeys' });
  expect(making({}, true)).toMatchObject({ ok: false, rejection: { reason: 'CouponCodeTaken' } });
});

test('it is applied while it lasts, so often as it may, once to each holder and in its currency', () => {
  expect(applying()).toBe('accepted');
  const redeemBy = '2024-05-01T00:00:00Z';
  expect(applying({ coupon: made({ redeemBy }) })).toBe('CouponExpired');
  expect(applying({ isApplied: true })).toBe('CouponAlreadyApplied');
  expect(applying({ coupon: made({ maxRedemptions: 2 }), redemptions: 2 })).toBe('CouponExhausted');
  const euros = made({ percent: null, amount: '5', currency: 'EUR' });
  expect(applying({ coupon: euros })).toBe('CurrencyMismatch');
  expect(applying({ coupon: made({ target: 'invoice' }) })).toBe('InvalidInput');
});
