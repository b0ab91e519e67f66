import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { date, id, instant, period } from '../scalars.js';
import { subscriptionTerms, subscriptionTermsV1, upcastTerms } from './terms.js';

export type { SubscriptionTerms } from './terms.js';

/** A subscription started: its first period is open. */
export const subscriptionStarted = defineEvent({
  owner: 'plans',
  type: 'subscription.started',
  version: 2,
  schema: z.strictObject({ terms: subscriptionTerms, startsOn: date, period }),
  earlier: [
    earlierVersion(1, z.strictObject({ terms: subscriptionTermsV1, startsOn: date, period }), (data) => ({
      ...data,
      terms: upcastTerms(data.terms),
    })),
  ],
});

/**
 * The next period of a subscription is open. Earlier releases published it; now the close of a period says which one is
 * next, and whoever takes it opens that.
 */
export const subscriptionPeriodStarted = defineEvent({
  owner: 'plans',
  type: 'subscription.period_started',
  version: 2,
  schema: z.strictObject({ terms: subscriptionTerms, period, index: z.int().min(0) }),
  earlier: [
    earlierVersion(
      1,
      z.strictObject({ terms: subscriptionTermsV1, period, index: z.int().min(0) }),
      (data) => ({ ...data, terms: upcastTerms(data.terms) }),
    ),
  ],
});

/** A subscription ended, at once or at the end of its period; `endsAt` is the first instant it does not cover. */
export const subscriptionEnded = defineEvent({
  owner: 'plans',
  type: 'subscription.ended',
  version: 1,
  schema: z.strictObject({ subscriptionId: id('sub'), customerId: id('cus'), endsAt: instant }),
});

/** Up to this many subscriptions close in one message: one transaction of each consumer. */
export const PERIOD_BATCH_MAX = 500;

const close = { period, index: z.int().min(0), next: period.nullable() };

/**
 * Periods that are over: step one of the close. `next` is the period that is open from now on, and whose fees are billed in
 * advance; null where there is none.
 */
export const subscriptionPeriodEnded = defineEvent({
  owner: 'plans',
  type: 'subscription.period_ended',
  version: 2,
  schema: z.strictObject({
    closes: z
      .array(z.strictObject({ terms: subscriptionTerms, ...close }))
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
  earlier: [
    earlierVersion(
      1,
      z.strictObject({
        closes: z
          .array(z.strictObject({ terms: subscriptionTermsV1, ...close }))
          .min(1)
          .max(PERIOD_BATCH_MAX),
      }),
      ({ closes }) => ({ closes: closes.map((one) => ({ ...one, terms: upcastTerms(one.terms) })) }),
    ),
  ],
});
