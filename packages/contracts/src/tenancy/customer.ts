import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { language } from './mail.js';
import { country, currency, date, id, jurisdiction, timeZone } from '../scalars.js';

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

const earlierRecord = {
  ...record,
  externalId,
  /** `manual`: nothing is charged by itself; absent = automatic. */
  collection: z.enum(['automatic', 'manual']).optional(),
  /** Days from finalisation to when payment is due; absent = the tenant's. */
  dueDays: z.int().min(0).max(DUE_DAYS_MAX).optional(),
};

/** What decides how a customer is taxed. */
export const customerTax = z.strictObject({
  jurisdiction,
  business: z.boolean(),
  /** What is known of the VAT id; `pending` while the register has not answered. */
  vatId: z.enum(['none', 'pending', 'valid', 'invalid']),
  exempt: z.boolean(),
});

export const customerRecord = z.strictObject({
  ...earlierRecord,
  /** Absent: a consumer in its country. */
  tax: customerTax.optional(),
  /** VAT id with its prefix, where it has one. */
  vatId: z.string().optional(),
  /** The customer's own number of what it ordered, for its invoices. */
  purchaseOrder: z.string().optional(),
  /** What its invoices say beside their lines. */
  invoiceMemo: z.string().optional(),
  /** What it is written to in; absent = the tenant's. */
  language: language.optional(),
});

/** A customer was created or changed: always the whole record. */
export const customerChanged = defineEvent({
  owner: 'tenancy',
  type: 'customer.changed',
  version: 4,
  schema: customerRecord,
  earlier: [
    earlierVersion(1, z.strictObject(record), (data) => ({ ...data, externalId: null })),
    earlierVersion(2, z.strictObject({ ...record, externalId }), (data) => data),
    earlierVersion(3, z.strictObject(earlierRecord), (data) => data),
  ],
});

export type CustomerRecord = z.infer<typeof customerRecord>;
export type CustomerTax = z.infer<typeof customerTax>;
