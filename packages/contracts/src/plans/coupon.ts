import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, exactDecimal, id } from '../scalars.js';

/** What a coupon takes off, of what, and for how long. */
export const couponTerms = z.strictObject({
  code: z.string().min(1).max(100),
  name: z.string(),
  /** A part of what remains, or an amount in major units. */
  value: z.union([
    z.strictObject({ percent: exactDecimal }),
    z.strictObject({ amount: exactDecimal, currency }),
  ]),
  target: z.enum(['line', 'subscription', 'invoice']),
  /** Keys of the prices whose lines it discounts; empty for other targets. */
  keys: z.array(z.string()).max(100),
  /** Repeating: in billing periods, of target invoice in invoices. */
  duration: z.union([
    z.strictObject({ kind: z.literal('once') }),
    z.strictObject({ kind: z.literal('forever') }),
    z.strictObject({ kind: z.literal('repeating'), periods: z.int().min(1) }),
  ]),
});

export type CouponTerms = z.infer<typeof couponTerms>;

/** A coupon discounts the invoices of a subscription, or all of a customer's, from now on. */
export const couponApplied = defineEvent({
  owner: 'plans',
  type: 'coupon.applied',
  version: 1,
  schema: z.strictObject({
    applicationId: id('cpa'),
    couponId: id('cpn'),
    customerId: id('cus'),
    /** Null: all invoices of the customer. */
    subscriptionId: id('sub').nullable(),
    coupon: couponTerms,
  }),
});

/** It is on no later invoice. */
export const couponRemoved = defineEvent({
  owner: 'plans',
  type: 'coupon.removed',
  version: 1,
  schema: z.strictObject({ applicationId: id('cpa'), customerId: id('cus') }),
});
