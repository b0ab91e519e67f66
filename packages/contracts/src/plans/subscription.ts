import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, date, id, instant, period, timeZone } from '../scalars.js';
import { entitlement } from './entitlement.js';
import { price } from './price.js';

/** Everything others need to serve and bill a subscription, so that nobody has to ask plans. */
export const subscriptionTerms = z.strictObject({
  subscriptionId: id('sub'),
  customerId: id('cus'),
  planId: id('pln'),
  planName: z.string(),
  planVersionId: id('plv'),
  currency,
  timeZone,
  /** Prices of the subscription's currency only. */
  prices: z.array(price).max(100),
  entitlements: z.array(entitlement).max(200),
});

/** A subscription started: its first period is open. */
export const subscriptionStarted = defineEvent(
  'plans',
  'subscription.started',
  1,
  z.strictObject({ terms: subscriptionTerms, startsOn: date, period }),
);

/** The next period of a subscription is open. */
export const subscriptionPeriodStarted = defineEvent(
  'plans',
  'subscription.period_started',
  1,
  z.strictObject({ terms: subscriptionTerms, period, index: z.int().min(0) }),
);

/** A subscription ended, at once or at the end of its period; `endsAt` is the first instant it does not cover. */
export const subscriptionEnded = defineEvent(
  'plans',
  'subscription.ended',
  1,
  z.strictObject({ subscriptionId: id('sub'), customerId: id('cus'), endsAt: instant }),
);

/** Up to this many subscriptions close in one message: one transaction of each consumer. */
export const PERIOD_BATCH_MAX = 500;

/** Periods that are over: step one of the close. `next` is the period whose fees are billed in advance, if there is one. */
export const subscriptionPeriodEnded = defineEvent(
  'plans',
  'subscription.period_ended',
  1,
  z.strictObject({
    closes: z
      .array(
        z.strictObject({ terms: subscriptionTerms, period, index: z.int().min(0), next: period.nullable() }),
      )
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
);

export type SubscriptionTerms = z.infer<typeof subscriptionTerms>;
