import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id } from '../scalars.js';

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

export type MeterRecord = z.infer<typeof meterRecord>;
