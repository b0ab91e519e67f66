import { z } from 'zod';
import { defineEvent } from '../event.js';
import { bill } from '../plans/bill.js';
import { PERIOD_BATCH_MAX } from '../plans/subscription.js';
import { decimal, id } from '../scalars.js';

/** One key for all totals of a tenant: a revision is seen before every close that follows it. */
export const TOTALS_KEY = 'period-totals';

/** What a meter counted from the begin of the period up to an instant. */
const position = z.strictObject({ quantity: decimal, events: z.int().min(0) });

/**
 * What was used in stretches that bills close. Revision 1 carries the bill that asked for it; a higher one carries the
 * positions again after late usage. Joint bills come along together, those without a stretch too. A consumer keeps the highest revision it saw.
 */
export const usageBillTotalled = defineEvent({
  owner: 'usage',
  type: 'usage.bill_totalled',
  version: 1,
  schema: z.strictObject({
    totals: z
      .array(
        z.strictObject({
          subscriptionId: id('sub'),
          customerId: id('cus'),
          /** Number of the bill. */
          number: z.int().min(0),
          revision: z.int().min(1),
          /** Null for a later revision. */
          bill: bill.nullable(),
          meters: z.array(
            z.strictObject({
              meterId: id('mtr'),
              /** Where the stretch begins; null at the begin of the period. */
              from: position.nullable(),
              to: position,
            }),
          ),
        }),
      )
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
});
