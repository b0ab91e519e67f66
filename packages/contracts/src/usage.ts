import { z } from 'zod';
import { defineEvent } from './event.js';
import { PERIOD_BATCH_MAX, subscriptionTerms } from './plans.js';
import { decimal, id, instant, period } from './scalars.js';

export const meterRecord = z.strictObject({
  meterId: id('mtr'),
  code: z.string(),
  name: z.string(),
  eventType: z.string(),
  aggregation: z.enum(['count', 'sum']),
  property: z.string().nullable(),
});

/** A meter exists; meters never change. */
export const meterCreated = defineEvent('usage', 'meter.created', 1, meterRecord);

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

/**
 * Totals of periods that are over: step two of the close. Revision 1 follows `subscription.period_ended`; a higher
 * revision carries the new, whole totals after late usage. A consumer keeps the highest revision it saw.
 */
export const usagePeriodTotalled = defineEvent(
  'usage',
  'usage.period_totalled',
  1,
  z.strictObject({
    totals: z
      .array(
        z.strictObject({
          terms: subscriptionTerms,
          period,
          index: z.int().min(0),
          next: period.nullable(),
          revision: z.int().min(1),
          meters: z.array(z.strictObject({ meterId: id('mtr'), quantity: decimal, events: z.int().min(0) })),
        }),
      )
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
);

export type MeterRecord = z.infer<typeof meterRecord>;
