import { z } from 'zod';
import { defineEvent } from '../event.js';
import { country, currency, date, id, timeZone } from '../scalars.js';

export const customerRecord = z.strictObject({
  customerId: id('cus'),
  /** Grows with every change; an older version that arrives later is ignored. */
  revision: z.int().min(1),
  name: z.string(),
  email: z.string().nullable(),
  country,
  timeZone,
  currency,
  taxId: z.string().nullable(),
  address: z
    .strictObject({
      line1: z.string().nullable(),
      line2: z.string().nullable(),
      city: z.string().nullable(),
      region: z.string().nullable(),
      postalCode: z.string().nullable(),
    })
    .nullable(),
  createdOn: date,
});

/** A customer was created or changed: always the whole record. */
export const customerChanged = defineEvent({
  owner: 'tenancy',
  type: 'customer.changed',
  version: 1,
  schema: customerRecord,
});

export type CustomerRecord = z.infer<typeof customerRecord>;
