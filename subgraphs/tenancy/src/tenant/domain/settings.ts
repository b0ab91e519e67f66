import type { Currency } from '@tollgate/kernel/money/currency';
import {
  compareDecimal,
  decimal,
  isNegative,
  parseDecimal,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import type { Instant, TimeZone } from '@tollgate/kernel/time/time';
import type { Country } from '@tollgate/kernel/country';
import { InputReader, NAME_MAX_CHARS, type Parsed } from '@tollgate/kernel/input';
import { readTaxSettings, type TaxSettings, type TaxSettingsInput } from './tax.js';
import { readDocuments, type DocumentSettings, type DocumentSettingsInput } from './documents.js';
import { dunningInput, readDunning, type DunningPolicy, type DunningPolicyInput } from './dunning.js';
import { readMail, type MailSettings, type MailSettingsInput } from './mail.js';
import { onTheClock } from '../../test-clock/domain/test-clock.js';

/** What a tenant's customers are billed by. */
export interface Settings {
  readonly name: string;
  readonly currency: Currency;
  readonly timeZone: TimeZone;
  readonly country: Country;
  /** Percent by country of the customer. */
  readonly taxRates: Readonly<Record<string, Decimal>>;
  readonly invoiceGraceSeconds: number;
  /** Whether what subscriptions of one customer bill by themselves at one instant is one invoice. */
  readonly groupInvoices: boolean;
  /** Days from finalisation to when payment is due, of customers that have none of their own. */
  readonly dueDays: number;
  /** What is done about invoices that are not paid; null = nothing. */
  readonly dunning: DunningPolicy | null;
  /** How customers are written to; null = they are not. */
  readonly mail: MailSettings | null;
  readonly sandbox: boolean;
  /** Null: `taxRates` alone say what is taxed. */
  readonly tax: TaxSettings | null;
  /** Null: as documents are by themselves. */
  readonly documents: DocumentSettings | null;
}

export interface TaxRateInput {
  readonly country: string;
  readonly percent: string;
}

export interface NewTenant {
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly country: string;
  readonly taxRates?: readonly TaxRateInput[] | null | undefined;
  readonly invoiceGraceSeconds?: number | null | undefined;
  readonly groupInvoices?: boolean | null | undefined;
  readonly dueDays?: number | null | undefined;
  readonly tax?: TaxSettingsInput | null | undefined;
  readonly dunning?: DunningPolicyInput | null | undefined;
  readonly documents?: DocumentSettingsInput | null | undefined;
  readonly mail?: MailSettingsInput | null | undefined;
  readonly sandbox?: boolean | null | undefined;
  readonly testClockAt?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** What is absent stays, and what is null too; but a null `tax`, `dunning`, `documents` or `mail` is taken away. */
export type SettingsChange = {
  readonly [K in Exclude<keyof NewTenant, 'sandbox' | 'testClockAt' | 'idempotencyKey'>]?:
    NewTenant[K] | null;
};

/** A tenant as an operator may create it. */
export interface TenantPlan {
  readonly settings: Settings;
  /** Where the test clock starts; null: at the present. Of sandboxes only. */
  readonly clockStartsAt: Instant | null;
  readonly idempotencyKey: string | null;
}

const GRACE_DEFAULT_S = 3_600;
export const GRACE_MAX_S = 2_592_000;
/** Longest that anybody may take to pay. */
export const DUE_DAYS_MAX = 365;
const HUNDRED = decimal('100');

/** Checks what a new tenant is to be. */
export function planTenant(input: NewTenant): Parsed<TenantPlan> {
  const fields = new InputReader();
  const sandbox = input.sandbox ?? false;
  const settings = readSettings(fields, { ...input, taxRates: input.taxRates ?? [], sandbox });
  const idempotencyKey = fields.idempotencyKey(input.idempotencyKey);
  const clockStartsAt = (input.testClockAt ?? null) as Instant | null;
  if (clockStartsAt !== null && !sandbox)
    fields.reject('input.testClockAt', 'Leave this out: only a sandbox tenant has a test clock.');
  if (clockStartsAt !== null && !onTheClock(clockStartsAt))
    fields.reject('input.testClockAt', 'Give an instant between the years 1970 and 2200.');
  return fields.result({ settings, clockStartsAt, idempotencyKey });
}

/** The settings after a change. */
export function changeSettings(current: Settings, change: SettingsChange): Parsed<Settings> {
  const fields = new InputReader();
  const settings = readSettings(fields, {
    name: change.name ?? current.name,
    currency: change.currency ?? current.currency,
    timeZone: change.timeZone ?? current.timeZone,
    country: change.country ?? current.country,
    taxRates: change.taxRates ?? taxRateList(current),
    invoiceGraceSeconds: change.invoiceGraceSeconds ?? current.invoiceGraceSeconds,
    groupInvoices: change.groupInvoices ?? current.groupInvoices,
    dueDays: change.dueDays ?? current.dueDays,
    tax: change.tax === undefined ? current.tax : change.tax,
    dunning: change.dunning === undefined ? dunningInput(current.dunning) : change.dunning,
    documents: change.documents === undefined ? current.documents : change.documents,
    mail: change.mail === undefined ? current.mail : change.mail,
    sandbox: current.sandbox,
  });
  return fields.result(settings);
}

/** The tax rates in the order of their countries. */
export function taxRateList({ taxRates }: Pick<Settings, 'taxRates'>): TaxRateInput[] {
  return Object.entries(taxRates)
    .map(([country, percent]) => ({ country, percent }))
    .sort((left, right) => (left.country < right.country ? -1 : 1));
}

type Draft = NewTenant & { readonly sandbox: boolean; readonly taxRates: readonly TaxRateInput[] };

function readSettings(fields: InputReader, draft: Draft): Settings {
  return {
    name: fields.text('input.name', draft.name, NAME_MAX_CHARS),
    currency: fields.currency('input.currency', draft.currency),
    timeZone: fields.timeZone('input.timeZone', draft.timeZone),
    country: fields.country('input.country', draft.country),
    taxRates: readTaxRates(fields, draft.taxRates),
    invoiceGraceSeconds: fields.integer(
      'input.invoiceGraceSeconds',
      draft.invoiceGraceSeconds ?? GRACE_DEFAULT_S,
      [0, GRACE_MAX_S],
    ),
    groupInvoices: draft.groupInvoices ?? false,
    dueDays: fields.integer('input.dueDays', draft.dueDays ?? 0, [0, DUE_DAYS_MAX]),
    dunning: draft.dunning ? readDunning(fields, draft.dunning) : null,
    mail: draft.mail ? readMail(fields, draft.mail) : null,
    sandbox: draft.sandbox,
    tax: readTax(fields, draft),
    documents: draft.documents ? readDocuments(fields, draft.documents) : null,
  };
}

/** One of both says what is taxed. */
function readTax(fields: InputReader, { tax, taxRates, country }: Draft): TaxSettings | null {
  if (tax === undefined || tax === null) return null;
  if (taxRates.length > 0)
    fields.reject('input.taxRates', 'Give an empty list where you give tax: that says all rates.');
  return readTaxSettings(fields, tax, country);
}

function readTaxRates(fields: InputReader, list: readonly TaxRateInput[]): Record<string, Decimal> {
  const rates: Record<string, Decimal> = {};
  for (const [index, { country, percent }] of list.entries()) {
    const code = fields.country(`input.taxRates[${index}].country`, country);
    if (fields.rejection !== null) return rates;
    if (code in rates) fields.reject(`input.taxRates[${index}].country`, 'Give one rate for each country.');
    const rate = parseDecimal(percent);
    if (rate === null || isNegative(rate) || compareDecimal(rate, HUNDRED) > 0)
      fields.reject(`input.taxRates[${index}].percent`, 'Give a percentage from 0 to 100, for example 19.');
    else rates[code] = rate;
  }
  return rates;
}
