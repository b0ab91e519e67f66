import { encodeJson } from '@tollgate/kernel/codec';
import { aggregate } from '@tollgate/runtime/command/aggregate';
import type { Projection } from '@tollgate/runtime/command/projection';
import { applicationDecider, type Application } from './domain/application.js';
import { couponDecider, type Coupon } from './domain/coupon.js';
import { messagesOf } from './events.js';

const COUPONS: Projection<Coupon | null> = {
  table: 'plans_coupon',
  key: ['id'],
  columns: ['id', 'code', 'coupon', 'created_at'],
  rows: (coupon) =>
    coupon === null
      ? []
      : [{ id: coupon.id, code: coupon.code, coupon: encodeJson(coupon), created_at: coupon.createdAt }],
};

const APPLICATIONS: Projection<Application | null> = {
  table: 'plans_coupon_application',
  key: ['id'],
  columns: ['id', 'coupon_id', 'customer_id', 'subscription_id', 'applied_at', 'removed'],
  rows: (application) =>
    application === null
      ? []
      : [
          {
            id: application.id,
            coupon_id: application.coupon.id,
            customer_id: application.holder.customerId,
            subscription_id: application.holder.subscriptionId,
            applied_at: application.appliedAt,
            removed: application.isRemoved,
          },
        ],
};

/** What can be taken off. */
export const coupons = aggregate({
  name: 'coupon',
  idPrefix: 'cpn',
  decider: couponDecider,
  projections: [COUPONS],
});

/** Coupons that were applied. */
export const applications = aggregate({
  name: 'coupon application',
  idPrefix: 'cpa',
  decider: applicationDecider,
  projections: [APPLICATIONS],
  messages: messagesOf,
});
