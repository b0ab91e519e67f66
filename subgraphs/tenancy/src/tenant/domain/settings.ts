import type { Currency } from '@tollgate/kernel/money/currency';
import { reject } from '@tollgate/kernel/decision';
import {
  compareDecimal,
  decimal,
  isNegative,
  parseDecimal,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import type { Instant, TimeZone } from '@tollgate/kernel/time/time';
import type { Country } from '@tollgate/kernel/country';
import { fieldReader, NAME_MAX_CHARS, type FieldReader, type InvalidInput } from '@tollgate/kernel/input';
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
  readonly sandbox: boolean;
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
  readonly sandbox?: boolean | null | undefined;
  readonly testClockAt?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** What is absent or null stays. */
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

type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: InvalidInput };

const GRACE_DEFAULT_S = 3_600;
export const GRACE_MAX_S = 2_592_000;
const HUNDRED = decimal('100');

/** Checks what a new tenant is to be. */
export function planTenant(input: NewTenant): Checked<TenantPlan> {
  const fields = fieldReader();
  const sandbox = input.sandbox ?? false;
  const settings = readSettings(fields, { ...input, taxRates: input.taxRates ?? [], sandbox });
  const idempotencyKey = fields.idempotencyKey(input.idempotencyKey);
  const clockStartsAt = (input.testClockAt ?? null) as Instant | null;
  if (clockStartsAt !== null && !sandbox)
    fields.refuse('testClockAt', 'Only a sandbox tenant has a test clock.');
  if (clockStartsAt !== null && !onTheClock(clockStartsAt))
    fields.refuse('testClockAt', 'A test clock stays between the years 1970 and 2200.');
  return checked(fields, { settings, clockStartsAt, idempotencyKey });
}

/** The settings after a change. */
export function changeSettings(current: Settings, change: SettingsChange): Checked<Settings> {
  const fields = fieldReader();
  const settings = readSettings(fields, {
    name: change.name ?? current.name,
    currency: change.currency ?? current.currency,
    timeZone: change.timeZone ?? current.timeZone,
    country: change.country ?? current.country,
    taxRates: change.taxRates ?? taxRateList(current),
    invoiceGraceSeconds: change.invoiceGraceSeconds ?? current.invoiceGraceSeconds,
    sandbox: current.sandbox,
  });
  return checked(fields, settings);
}

/** The tax rates in the order of their countries. */
export function taxRateList({ taxRates }: Pick<Settings, 'taxRates'>): TaxRateInput[] {
  return Object.entries(taxRates)
    .map(([country, percent]) => ({ country, percent }))
    .sort((left, right) => (left.country < right.country ? -1 : 1));
}

type Draft = NewTenant & { readonly sandbox: boolean; readonly taxRates: readonly TaxRateInput[] };

function readSettings(fields: FieldReader, draft: Draft): Settings {
  return {
    name: fields.text('name', draft.name, NAME_MAX_CHARS),
    currency: fields.currency('currency', draft.currency),
    timeZone: fields.timeZone('timeZone', draft.timeZone),
    country: fields.country('country', draft.country),
    taxRates: readTaxRates(fields, draft.taxRates),
    invoiceGraceSeconds: fields.integer(
      'invoiceGraceSeconds',
      draft.invoiceGraceSeconds ?? GRACE_DEFAULT_S,
      0,
      GRACE_MAX_S,
    ),
    sandbox: draft.sandbox,
  };
}

function readTaxRates(fields: FieldReader, list: readonly TaxRateInput[]): Record<string, Decimal> {
  const rates: Record<string, Decimal> = {};
  for (const [index, { country, percent }] of list.entries()) {
    const code = fields.country(`taxRates.${index}.country`, country);
    if (fields.fault() !== null) return rates;
    if (code in rates) fields.refuse(`taxRates.${index}.country`, 'This country has a rate already.');
    const rate = parseDecimal(percent);
    if (rate === null || isNegative(rate) || compareDecimal(rate, HUNDRED) > 0)
      fields.refuse(`taxRates.${index}.percent`, 'A tax rate is from 0 to 100 percent.');
    else rates[code] = rate;
  }
  return rates;
}

function checked<T>(fields: FieldReader, value: T): Checked<T> {
  const fault = fields.fault();
  return fault === null ? { ok: true, value } : reject(fault);
}
