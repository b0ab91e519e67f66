import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { country, currency, date, id, timeZone } from '../scalars.js';

const record = {
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
};

export const customerRecord = z.strictObject({
  ...record,
  /** The tenant's own id of it, one customer each; null where it has none. */
  externalId: z.string().nullable(),
});

/** A customer was created or changed: always the whole record. */
export const customerChanged = defineEvent({
  owner: 'tenancy',
  type: 'customer.changed',
  version: 2,
  schema: customerRecord,
  earlier: [earlierVersion(1, z.strictObject(record), (data) => ({ ...data, externalId: null }))],
});

export type CustomerRecord = z.infer<typeof customerRecord>;
