import { z } from 'zod';
import { defineEvent } from '../event.js';
import { country, currency, decimal, id, timeZone } from '../scalars.js';

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

/** A tenant was created or its settings changed: always the whole record. */
export const tenantChanged = defineEvent({
  owner: 'tenancy',
  type: 'tenant.changed',
  version: 1,
  schema: z.strictObject({ tenantId: id('ten'), revision: z.int().min(1), settings: tenantSettings }),
});

export type TenantSettings = z.infer<typeof tenantSettings>;
