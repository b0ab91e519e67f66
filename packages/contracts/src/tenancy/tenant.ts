import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { country, currency, decimal, id, timeZone } from '../scalars.js';
import { DUE_DAYS_MAX } from './customer.js';

const settings = {
  name: z.string(),
  currency,
  timeZone,
  country,
  /** Percent by customer country, for example `{"DE": "19"}`; a country without an entry is taxed at 0. */
  taxRates: z.record(country, decimal),
  /** How long a draft with usage stays open for late events before it is finalised, in seconds. */
  invoiceGraceSeconds: z.int().min(0).max(2_592_000),
  sandbox: z.boolean(),
};

/** Settings of a tenant that others bill by. */
export const tenantSettings = z.strictObject({
  ...settings,
  /** Whether what subscriptions of one customer bill by themselves at one instant is one invoice. */
  groupInvoices: z.boolean(),
  /** Days from finalisation to when payment is due, of customers that have none of their own; absent = 0. */
  dueDays: z.int().min(0).max(DUE_DAYS_MAX).optional(),
});

const changed = { tenantId: id('ten'), revision: z.int().min(1) };

/** A tenant was created or its settings changed: always the whole record. */
export const tenantChanged = defineEvent({
  owner: 'tenancy',
  type: 'tenant.changed',
  version: 2,
  schema: z.strictObject({ ...changed, settings: tenantSettings }),
  earlier: [
    earlierVersion(1, z.strictObject({ ...changed, settings: z.strictObject(settings) }), (data) => ({
      ...data,
      settings: { ...data.settings, groupInvoices: false },
    })),
  ],
});

export type TenantSettings = z.infer<typeof tenantSettings>;
