import type { CouponCommand } from '../format/catalogue-commands.js';
import type { CouponChangeCommand } from '../format/subscription-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** A coupon of the catalogue. */
export const coupon: Verb<CouponCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        ...{ name: null, target: null, duration: null },
        percent: 'CreateCouponInput.percent',
        amount: 'CreateCouponInput.amount',
        currency: 'CreateCouponInput.currency',
        prices: 'CreateCouponInput.priceKeys',
        periods: 'CreateCouponInput.periods',
        maxRedemptions: 'CreateCouponInput.maxRedemptions',
        redeemBy: 'CreateCouponInput.redeemBy',
      },
      needs: [{ what: 'coupon', at: ['Mutation.createCoupon'] }],
    }),
  run: async (step, tenant) => {
    const { name: code, percent, amount, currency, target, prices, duration, periods, maxRedemptions } = step;
    const answer = await tenant.send<{ coupon: { id: string } }>(
      {
        mutation: 'createCoupon',
        wanted: 'CouponCreated',
        fields: 'coupon { id }',
        input: {
          ...{ code, target: target.toUpperCase(), duration: duration.toUpperCase() },
          ...(percent === undefined ? {} : { percent }),
          ...(amount === undefined ? {} : { amount }),
          ...(currency === undefined ? {} : { currency }),
          ...(prices === undefined ? {} : { priceKeys: prices }),
          ...(periods === undefined ? {} : { periods }),
          ...(maxRedemptions === undefined ? {} : { maxRedemptions }),
          ...(step.redeemBy === undefined ? {} : { redeemBy: step.redeemBy }),
        },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('coupon', code, answer.value.coupon.id);
    return ACCEPTED;
  },
};

/** A coupon is applied or removed. */
export const changeCoupon: Verb<CouponChangeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { coupon: null, subscription: null, customer: null },
      needs: [{ what: step.do, at: [`Mutation.${NAMES[step.do].mutation}`] }],
    }),
  run: async (step, tenant) => {
    const { subscription, customer } = step;
    const answer = await tenant.send<object>(
      {
        ...NAMES[step.do],
        fields: 'couponId',
        input: {
          couponId: tenant.idOf('coupon', step.coupon),
          ...(subscription === undefined
            ? {}
            : { subscriptionId: tenant.idOf('subscription', subscription) }),
          ...(customer === undefined ? {} : { customerId: tenant.idOf('customer', customer) }),
        },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};

const NAMES = {
  apply_coupon: { mutation: 'applyCoupon', wanted: 'CouponApplied' },
  remove_coupon: { mutation: 'removeCoupon', wanted: 'CouponRemoved' },
} as const;
