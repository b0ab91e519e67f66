import { z } from 'zod';
import { defineEvent } from './event.js';
import { country, currency, date, decimal, id, timeZone } from './scalars.js';

/** Settings of a tenant that others bill by. */
export const tenantSettings = z.strictObject({
  name: z.string(),
  currency,
  timeZone,
  country,
  /** Percent by customer country, for example `{"DE": "19"}`; a country without an entry is taxed at 0. */
  taxRates: z.record(country, decimal),
  /** How long a draft with usage stays open for late events before it is finalised, in seconds. */
  invoiceGraceSeconds: z.int().min(0).max(2_592_000),
  sandbox: z.boolean(),
});

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

/** A tenant was created or its settings changed: always the whole record. */
export const tenantChanged = defineEvent(
  'tenancy',
  'tenant.changed',
  1,
  z.strictObject({ tenantId: id('ten'), revision: z.int().min(1), settings: tenantSettings }),
);

/** A customer was created or changed: always the whole record. */
export const customerChanged = defineEvent('tenancy', 'customer.changed', 1, customerRecord);

export type TenantSettings = z.infer<typeof tenantSettings>;
export type CustomerRecord = z.infer<typeof customerRecord>;
