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
  aggregation: z.enum(['count', 'sum', 'max', 'min', 'average', 'unique_count', 'latest']),
  /** What is read of an event; null for `count`. */
  property: z.string().nullable(),
  /** All must hold for an event to count. */
  filters: z.array(filter),
  /** Of the final quantity; null = exact. */
  rounding: z
    .strictObject({ mode: z.enum(['none', 'half_away', 'ceil', 'floor']), decimals: z.int() })
    .nullable(),
});

/** A meter exists; meters never change. */
export const meterCreated = defineEvent({
  owner: 'usage',
  type: 'meter.created',
  version: 2,
  schema: meterRecord,
  earlier: [
    earlierVersion(
      1,
      z.strictObject({
        ...names,
        aggregation: z.enum(['count', 'sum']),
        property: z.string().nullable(),
      }),
      (data) => ({ ...data, filters: [], rounding: null }),
    ),
  ],
});

export type MeterRecord = z.infer<typeof meterRecord>;
