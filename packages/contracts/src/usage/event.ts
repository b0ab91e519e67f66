import { z } from 'zod';
import { defineEvent } from '../event.js';
import { decimal, id, instant } from '../scalars.js';

/** A batch of accepted events, already added up per customer, meter and quarter of an hour. */
export const usageRecorded = defineEvent(
  'usage',
  'usage.recorded',
  1,
  z.strictObject({
    /** First and last timestamp in the batch. */
    from: instant,
    to: instant,
    deltas: z
      .array(
        z.strictObject({
          customerId: id('cus'),
          meterId: id('mtr'),
          /** Start of the quarter hour (UTC), which divides every zone's hours and days. */
          bucket: instant,
          quantity: decimal,
          events: z.int().min(1),
        }),
      )
      .max(20_000),
  }),
);
