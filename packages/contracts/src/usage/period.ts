import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { PERIOD_BATCH_MAX } from '../plans/subscription.js';
import { subscriptionTerms, subscriptionTermsV1, upcastTerms } from '../plans/terms.js';
import { decimal, id, period } from '../scalars.js';

const total = {
  period,
  index: z.int().min(0),
  next: period.nullable(),
  revision: z.int().min(1),
  meters: z.array(z.strictObject({ meterId: id('mtr'), quantity: decimal, events: z.int().min(0) })),
};

/**
 * Totals of periods that are over: step two of the close. Revision 1 follows `subscription.period_ended`; a higher
 * revision carries the new, whole totals after late usage. A consumer keeps the highest revision it saw.
 */
export const usagePeriodTotalled = defineEvent({
  owner: 'usage',
  type: 'usage.period_totalled',
  version: 2,
  schema: z.strictObject({
    totals: z
      .array(z.strictObject({ terms: subscriptionTerms, ...total }))
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
  earlier: [
    earlierVersion(
      1,
      z.strictObject({
        totals: z
          .array(z.strictObject({ terms: subscriptionTermsV1, ...total }))
          .min(1)
          .max(PERIOD_BATCH_MAX),
      }),
      ({ totals }) => ({ totals: totals.map((one) => ({ ...one, terms: upcastTerms(one.terms) })) }),
    ),
  ],
});
