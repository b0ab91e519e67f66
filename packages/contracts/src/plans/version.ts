import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
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

const head = {
  planVersionId: id('plv'),
  planId: id('pln'),
  planCode: z.string().min(1).max(100),
  planName: z.string(),
  versionNumber: z.int().min(1),
  ...calendar,
  /** Days that are tried before anything is billed. */
  trialDays: z.int().min(0),
};

const minimums = z.array(z.strictObject({ currency, amount: exactDecimal })).max(200);

/** When usage is billed before its period ends; at most one for each currency. Amounts in major units. */
const threshold = z.strictObject({
  currency,
  /** Ascending. */
  amounts: z.array(exactDecimal).min(1).max(100),
  /** Thresholds go on after the last one in steps of this. */
  recurringStep: exactDecimal.nullable(),
});

export type Threshold = z.infer<typeof threshold>;

/** Prices of one message at most; a version with more of them is told in parts. */
export const PART_PRICES_MAX = 500;
/** Prices of a version at most. */
export const VERSION_PRICES_MAX = 10_000;

const planVersionV1 = z.strictObject({
  ...head,
  /** Prices of all currencies, in the order of the plan. */
  prices: z.array(price).max(100),
  /** The least that a period comes to; at most one for each currency. */
  minimums,
  entitlements: z.array(entitlement).max(200),
  publishedAt: instant,
});

const planVersion = z.strictObject({
  ...head,
  /** Which part of the version's prices these are, from 0; all else is the same in each part. */
  part: z.int().min(0),
  /** How many parts there are. */
  parts: z.int().min(1),
  /** Prices of all currencies, in the order of the plan. */
  prices: z.array(price).max(PART_PRICES_MAX),
  /** The least that a period comes to; at most one for each currency. */
  minimums,
  thresholds: z.array(threshold).max(200),
  entitlements: z.array(entitlement).max(200),
  publishedAt: instant,
});

/** One part of a version, as it is told. */
export type PlanVersionPart = z.infer<typeof planVersion>;

/** A version, whole, as others keep it; one of before thresholds says none. */
export type PlanVersionRecord = Omit<PlanVersionPart, 'part' | 'parts' | 'thresholds'> &
  Partial<Pick<PlanVersionPart, 'thresholds'>>;

/**
 * A version of a plan; it never changes. Others keep it, so that what happens to a subscription names its version and does
 * not repeat it. A long price list comes in parts, and the version is known when all of them are.
 */
export const planVersionPublished = defineEvent({
  owner: 'plans',
  type: 'plan.version_published',
  version: 2,
  schema: planVersion,
  earlier: [earlierVersion(1, planVersionV1, (data) => ({ ...data, part: 0, parts: 1, thresholds: [] }))],
});
