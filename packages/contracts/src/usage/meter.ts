import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { id } from '../scalars.js';

const names = { meterId: id('mtr'), code: z.string(), name: z.string(), eventType: z.string() };

const filter = z.union([
  z.strictObject({ property: z.string(), in: z.array(z.string()).min(1) }),
  z.strictObject({ property: z.string(), notIn: z.array(z.string()).min(1) }),
]);

export const meterRecord = z.strictObject({
  ...names,
  aggregation: z.enum(['count', 'sum', 'max', 'min', 'average', 'unique_count', 'latest', 'weighted_sum']),
  /** What is read of an event; null for `count`. */
  property: z.string().nullable(),
  /** All must hold for an event to count. */
  filters: z.array(filter),
  /** Of the final quantity; null = exact. */
  rounding: z
    .strictObject({ mode: z.enum(['none', 'half_away', 'ceil', 'floor']), decimals: z.int() })
    .nullable(),
  /** Properties that events are put in groups by: each is counted alone, then they are added. */
  groupBy: z.array(z.string()),
  /** Stretches of local time that are counted alone and then combined. */
  window: z.enum(['hour', 'day']).nullable(),
  windowCombine: z.enum(['sum', 'max']).nullable(),
  /** Where events name the subscription that they belong to; null where they belong to the customer. */
  subscriptionProperty: z.string().nullable(),
});

const recordV2 = z.strictObject({
  ...names,
  aggregation: z.enum(['count', 'sum', 'max', 'min', 'average', 'unique_count', 'latest']),
  property: z.string().nullable(),
  filters: z.array(filter),
  rounding: z
    .strictObject({ mode: z.enum(['none', 'half_away', 'ceil', 'floor']), decimals: z.int() })
    .nullable(),
});

/** What meters of before did not say. */
const PLAIN = { groupBy: [], window: null, windowCombine: null, subscriptionProperty: null };

/** A meter exists; meters never change. */
export const meterCreated = defineEvent({
  owner: 'usage',
  type: 'meter.created',
  version: 3,
  schema: meterRecord,
  earlier: [
    earlierVersion(2, recordV2, (data) => ({ ...data, ...PLAIN })),
    earlierVersion(
      1,
      z.strictObject({
        ...names,
        aggregation: z.enum(['count', 'sum']),
        property: z.string().nullable(),
      }),
      (data) => ({ ...data, ...PLAIN, filters: [], rounding: null }),
    ),
  ],
});

export type MeterRecord = z.infer<typeof meterRecord>;
