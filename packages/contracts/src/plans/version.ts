import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, exactDecimal, id, instant } from '../scalars.js';
import { entitlement } from './entitlement.js';
import { price } from './price.js';

/** How a version cuts time, and what a part of a period is measured in. */
export const calendar = {
  /** The length of a billing period. */
  interval: z.strictObject({
    unit: z.enum(['day', 'week', 'month', 'year']),
    count: z.int().min(1).max(366),
  }),
  alignment: z.enum(['anniversary', 'calendar']),
  grain: z.enum(['day', 'second', 'thirty_day']),
};

export const planVersion = z.strictObject({
  planVersionId: id('plv'),
  planId: id('pln'),
  planCode: z.string().min(1).max(100),
  planName: z.string(),
  versionNumber: z.int().min(1),
  ...calendar,
  /** Days that are tried before anything is billed. */
  trialDays: z.int().min(0),
  /** Prices of all currencies, in the order of the plan. */
  prices: z.array(price).max(100),
  /** The least that a period comes to; at most one for each currency. */
  minimums: z.array(z.strictObject({ currency, amount: exactDecimal })).max(200),
  entitlements: z.array(entitlement).max(200),
  publishedAt: instant,
});

export type PlanVersionRecord = z.infer<typeof planVersion>;

/**
 * A version of a plan, whole; it never changes. Others keep it, so that what happens to a subscription names its version
 * and does not repeat it.
 */
export const planVersionPublished = defineEvent({
  owner: 'plans',
  type: 'plan.version_published',
  version: 1,
  schema: planVersion,
});
