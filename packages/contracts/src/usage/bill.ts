import { COMMITMENT_PARTS } from '@tollgate/kernel/rating/commitment';
import { z } from 'zod';
import { defineEvent } from '../event.js';
import { bill } from '../plans/bill.js';
import { PERIOD_BATCH_MAX } from '../plans/subscription.js';
import { decimal, exactDecimal, id } from '../scalars.js';

/** One key for all totals of a tenant: a revision is seen before every close that follows it. */
export const TOTALS_KEY = 'period-totals';

/** What a meter counted from the begin of the period up to an instant. */
const position = z.strictObject({ quantity: decimal, events: z.int().min(0) });

/** An exact amount in major units, as long as it is. */
const amount = z
  .string()
  .max(256)
  .regex(/^-?\d+(\.\d+)?$/);

/** The same of a price that more than a quantity of the meter is priced by. */
export const pricePosition = z.strictObject({
  quantity: decimal,
  events: z.int().min(0),
  /** What it comes to before maximum and minimum (of a commitment after it); null where the quantity is priced. */
  amount: amount.nullable(),
  /** Of a commitment, its lines: what of the units each bills, and what that comes to, at most the price's maximum. */
  parts: z.array(z.strictObject({ part: z.enum(COMMITMENT_PARTS), quantity: decimal, amount })).optional(),
});

/** Usage of a stretch whose dimensions have the same values. */
const group = z.strictObject({
  /** In the meter's order; an empty text where events say none. */
  dimensions: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  quantity: decimal,
  /** Null where groups have no price of their own. */
  unitAmount: exactDecimal.nullable(),
  amount: amount.nullable(),
});

/** Groups of a price that are told one by one, the greatest ones. */
export const GROUPS_MAX = 100;

/** Prices of single events, of dimensions, or of a part of the meter's usage. */
const priceTotal = z.strictObject({
  priceId: id('prc'),
  /** Where the stretch begins; null at the begin of the period. */
  from: pricePosition.nullable(),
  to: pricePosition,
  /** What the stretch has of them; absent where the meter has no dimensions. */
  groups: z.array(group).max(GROUPS_MAX).optional(),
  /** Those that are not told one by one; absent where all are. */
  otherGroups: z
    .strictObject({ count: z.int().min(1), quantity: decimal, amount: amount.nullable() })
    .optional(),
});

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
          /** Absent where all prices are of meters' quantities. */
          prices: z.array(priceTotal).optional(),
        }),
      )
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
});
