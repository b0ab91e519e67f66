import { z } from 'zod';
import { defineEvent } from '../event.js';
import { decimal, id, instant } from '../scalars.js';
import { pricePosition } from './bill.js';

/** Steps of one message at most: more events of one report are told by several. */
export const PROGRESS_STEPS_MAX = 1_000;

/** Prices of a subscription at most. */
const PRICES_MAX = 5_000;

/**
 * Where the meters of a stretch that goes on stand after each event that was accepted in it, in that order: for subscriptions
 * that are billed before the end of their period. Positions are counted from the begin of the period. It is in order with
 * the totals of bills, under their key.
 */
export const usageProgressed = defineEvent({
  owner: 'usage',
  type: 'usage.progressed',
  version: 1,
  schema: z.strictObject({
    subscriptionId: id('sub'),
    customerId: id('cus'),
    /** Number of the last bill of the subscription that usage had carried out. */
    bill: z.int().min(0),
    /** Where the stretch begins. */
    from: instant,
    /** How many steps of the stretch were told before. */
    told: z.int().min(0),
    /** Meters that the subscription prices: where they stood at the begin of the stretch; null where that is the period's. */
    meters: z.array(z.strictObject({ meterId: id('mtr'), from: decimal.nullable() })).max(10_000),
    /** Prices that more than a meter's quantity is priced by, in the same way; absent where there are none. */
    prices: z
      .array(z.strictObject({ priceId: id('prc'), from: pricePosition.nullable() }))
      .max(PRICES_MAX)
      .optional(),
    /** What changed with each event, by the place of the meter or price above; the first step says where all of them stand. */
    steps: z
      .array(
        z.array(
          z.union([
            z.strictObject({ meter: z.int().min(0), quantity: decimal }),
            z.strictObject({ price: z.int().min(0), to: pricePosition }),
          ]),
        ),
      )
      .min(1)
      .max(PROGRESS_STEPS_MAX),
  }),
});
