import { z } from 'zod';
import { currency, exactDecimal, id, timeZone } from '../scalars.js';
import { entitlement } from './entitlement.js';
import { price } from './price.js';
import { priceV1, upcastPrice } from './price-v1.js';

/** Everything others need to serve and bill a subscription, so that nobody has to ask plans. */
export const subscriptionTerms = z.strictObject({
  subscriptionId: id('sub'),
  customerId: id('cus'),
  planId: id('pln'),
  planCode: z.string().min(1).max(100),
  planName: z.string(),
  planVersionId: id('plv'),
  versionNumber: z.int().min(1),
  currency,
  timeZone,
  /** What fees are charged on: seats, for example. */
  quantity: exactDecimal,
  /** The length of a billing period. */
  interval: z.strictObject({
    unit: z.enum(['day', 'week', 'month', 'year']),
    count: z.int().min(1).max(366),
  }),
  alignment: z.enum(['anniversary', 'calendar']),
  /** What a part of a period is measured in. */
  grain: z.enum(['day', 'second', 'thirty_day']),
  /** Prices of the subscription's currency only, in the order of the plan. */
  prices: z.array(price).max(100),
  entitlements: z.array(entitlement).max(200),
});

export type SubscriptionTerms = z.infer<typeof subscriptionTerms>;

/** Terms as version 1 of the events had them. */
export const subscriptionTermsV1 = z.strictObject({
  subscriptionId: id('sub'),
  customerId: id('cus'),
  planId: id('pln'),
  planName: z.string(),
  planVersionId: id('plv'),
  currency,
  timeZone,
  /** Prices of the subscription's currency only. */
  prices: z.array(priceV1).max(100),
  entitlements: z.array(entitlement).max(200),
});

export type SubscriptionTermsV1 = z.infer<typeof subscriptionTermsV1>;

/** Terms of version 1 in the present shape. What it did not carry gets the value that its time knew alone. */
export function upcastTerms(terms: SubscriptionTermsV1): SubscriptionTerms {
  return {
    ...terms,
    planCode: terms.planId,
    versionNumber: 1,
    quantity: ONE,
    interval: { unit: 'month', count: 1 },
    alignment: 'anniversary',
    grain: 'day',
    prices: terms.prices.map(upcastPrice),
  };
}

/** Terms that somebody kept from an event, whichever version it had. */
export function presentTerms(kept: SubscriptionTerms | SubscriptionTermsV1): SubscriptionTerms {
  return 'interval' in kept ? kept : upcastTerms(kept);
}

const ONE = exactDecimal.parse('1');
