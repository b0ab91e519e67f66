import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { country, currency, date, decimal, id, jurisdiction, timeZone } from '../scalars.js';
import { DUE_DAYS_MAX } from './customer.js';
import { dunningPolicy } from './dunning.js';
import { mailSettings } from './mail.js';

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

const earlierSettings = {
  ...settings,
  /** Whether what subscriptions of one customer bill by themselves at one instant is one invoice. */
  groupInvoices: z.boolean(),
  /** Days from finalisation to when payment is due, of customers that have none of their own; absent = 0. */
  dueDays: z.int().min(0).max(DUE_DAYS_MAX).optional(),
};

/** Taxes of a jurisdiction that act together, in their order. */
const jurisdictionTaxes = z.strictObject({
  jurisdiction,
  /** The day from which they hold, until the next entry of the jurisdiction; null = ever since. */
  from: date.nullable(),
  /** None: it takes no tax. `compound`: it taxes the taxes before it, too. */
  taxes: z.array(z.strictObject({ name: z.string(), percent: decimal, compound: z.boolean() })).max(10),
});

/** Entries of a tenant's own table of tax rates. */
export const TAX_ENTRIES_MAX = 1_000;

/** What a tenant says of its taxes. */
export const taxSettings = z.strictObject({
  /** Where the seller is. */
  jurisdiction,
  /** Where else it is registered for tax. */
  registrations: z.array(jurisdiction).max(TAX_ENTRIES_MAX),
  /** Its sales to consumers in other countries of the EU stay below the threshold of distance sales. */
  belowThreshold: z.boolean(),
  /** Whether prices include tax. */
  pricing: z.enum(['exclusive', 'inclusive']),
  /** Whether standard rates that come with Tollgate hold where the tenant gives none. */
  standardRates: z.boolean(),
  /** What happens where a tax is due whose rates nobody knows: 0 with a warning, or a draft until they are known. */
  unknownRates: z.enum(['warn', 'hold']),
  rates: z.array(jurisdictionTaxes).max(TAX_ENTRIES_MAX),
});

/** How a tenant's documents are numbered, and what they say of it. */
export const documentSettings = z.strictObject({
  /** Begins the number of each invoice; it ends with no digit. */
  invoicePrefix: z.string(),
  creditNotePrefix: z.string(),
  /** Numbers have at least so many digits. */
  numberDigits: z.int().min(1).max(12),
  /** Whether numbers have the year in them, and begin with 1 in each. */
  yearlyNumbers: z.boolean(),
  /** Null: the tenant's name. */
  legalName: z.string().nullable(),
  /** Lines of the postal address, without the country. */
  address: z.array(z.string()).max(6),
  email: z.string().nullable(),
  footer: z.string().nullable(),
  memo: z.string().nullable(),
});

export type DocumentSettings = z.infer<typeof documentSettings>;

/** Settings of a tenant that others bill by. */
export const tenantSettings = z.strictObject({
  ...earlierSettings,
  /** Absent: `taxRates` alone say what is taxed. */
  tax: taxSettings.optional(),
  /** What is done about invoices that are not paid; absent = nothing. */
  dunning: dunningPolicy.optional(),
  /** Absent: as documents are by themselves: `INV-000001`, `CN-000001`, and the tenant's name alone. */
  documents: documentSettings.optional(),
  /** How customers are written to; absent = they are not. */
  mail: mailSettings.optional(),
  /** The tenant's own VAT id with its prefix, as its documents say it; absent where it said none. */
  vatId: z.string().optional(),
});

const changed = { tenantId: id('ten'), revision: z.int().min(1) };

/** A tenant was created or its settings changed: always the whole record. */
export const tenantChanged = defineEvent({
  owner: 'tenancy',
  type: 'tenant.changed',
  version: 3,
  schema: z.strictObject({ ...changed, settings: tenantSettings }),
  earlier: [
    earlierVersion(1, z.strictObject({ ...changed, settings: z.strictObject(settings) }), (data) => ({
      ...data,
      settings: { ...data.settings, groupInvoices: false },
    })),
    earlierVersion(
      2,
      z.strictObject({ ...changed, settings: z.strictObject(earlierSettings) }),
      (data) => data,
    ),
  ],
});

export type TenantSettings = z.infer<typeof tenantSettings>;
export type TaxSettings = z.infer<typeof taxSettings>;
