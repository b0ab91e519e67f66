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

/** The tenant's own id of it, one customer each; null where it has none. */
const externalId = z.string().nullable();

/** Longest that a customer may take to pay. */
export const DUE_DAYS_MAX = 365;

export const customerRecord = z.strictObject({
  ...record,
  externalId,
  /** `manual`: nothing is charged by itself; absent = automatic. */
  collection: z.enum(['automatic', 'manual']).optional(),
  /** Days from finalisation to when payment is due; absent = the tenant's. */
  dueDays: z.int().min(0).max(DUE_DAYS_MAX).optional(),
});

/** A customer was created or changed: always the whole record. */
export const customerChanged = defineEvent({
  owner: 'tenancy',
  type: 'customer.changed',
  version: 3,
  schema: customerRecord,
  earlier: [
    earlierVersion(1, z.strictObject(record), (data) => ({ ...data, externalId: null })),
    earlierVersion(2, z.strictObject({ ...record, externalId }), (data) => data),
  ],
});

export type CustomerRecord = z.infer<typeof customerRecord>;
