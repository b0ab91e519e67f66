import { couponApplied, couponRemoved } from '@tollgate/contracts/plans/coupon';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { dropCoupons, keepCoupons } from './store.js';

/** Coupons as plans tells them. */
export const couponSubscriptions = [
  onMany(couponApplied, async (tx, messages) =>
    keepCoupons(
      tx,
      messages.map(({ data }) => data),
    ),
  ),
  onMany(couponRemoved, async (tx, messages) =>
    dropCoupons(
      tx,
      messages.map(({ data }) => data.applicationId),
    ),
  ),
];
