import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { LocalDate } from '@tollgate/kernel/time/time';
import {
  placeOfSupply,
  ratesAt,
  type Customer,
  type NamedRate,
  type RateTable,
  type Seller,
  type Supply,
  type Treatment,
} from './place-of-supply.js';
import { STANDARD_RATES } from './standard-rates.js';

/** How an invoice is taxed, and with which rates: the same on every line. */
export interface InvoiceTax {
  /** `none`: the tenant takes no tax at all. */
  readonly treatment: Treatment | 'none';
  readonly jurisdiction: string | null;
  readonly pricing: 'exclusive' | 'inclusive';
  readonly rates: readonly NamedRate[];
  /** What is done where nobody knows what the jurisdiction takes; absent where somebody does, or nobody has to. */
  readonly unknownRates?: UnknownRates;
}

/** `warn`: the tax is 0, and the invoice says so. `hold`: it stays a draft until somebody knows. */
export type UnknownRates = 'warn' | 'hold';

/** What a tenant says of its taxes. */
export interface TaxSettings {
  readonly seller: Seller;
  readonly pricing: InvoiceTax['pricing'];
  readonly rates: RateTable;
  /** Whether the standard rates hold where it gives none. */
  readonly standardRates: boolean;
  readonly unknownRates: UnknownRates;
}

/** The tax of an invoice on a day: a customer's place of supply decides whose rates are on its lines. */
export function invoiceTax(settings: TaxSettings | null, customer: Customer, on: LocalDate): InvoiceTax {
  if (settings === null) return { treatment: 'none', jurisdiction: null, pricing: 'exclusive', rates: [] };
  const { pricing, unknownRates } = settings;
  const supply = placeOfSupply(settings.seller, customer);
  const { treatment, jurisdiction } = supply;
  const rates = knownRates(settings, supply, on);
  return rates === null
    ? { treatment, jurisdiction, pricing, rates: [], unknownRates }
    : { treatment, jurisdiction, pricing, rates };
}

/** Whether an invoice stays a draft until more is known of its tax. */
export function awaitsFacts({ treatment, unknownRates }: InvoiceTax): boolean {
  return treatment === 'pending' || unknownRates === 'hold';
}

function knownRates(
  { rates, standardRates }: TaxSettings,
  { ratesOf: place }: Supply,
  on: LocalDate,
): readonly NamedRate[] | null {
  if (place === null) return [];
  return ratesAt(rates, place, on) ?? (standardRates ? ratesAt(STANDARD_RATES, place, on) : null);
}

/** Name of the tax of a tenant that gives one rate for each country. */
export const PLAIN_TAX_NAME = 'Tax';

/** The settings of a tenant that gives one rate for each country, and is registered wherever it gives one. */
export function countryRates(
  country: string,
  percents: Readonly<Record<string, Decimal>>,
): TaxSettings | null {
  const countries = Object.keys(percents);
  if (countries.length === 0) return null;
  return {
    seller: { jurisdiction: country, registrations: countries, belowThreshold: false },
    pricing: 'exclusive',
    rates: Object.entries(percents).map(([jurisdiction, percent]) => {
      return { jurisdiction, from: null, rates: [{ name: PLAIN_TAX_NAME, percent, compound: false }] };
    }),
    standardRates: false,
    unknownRates: 'warn',
  };
}

/** A rate of an invoice, told apart from those of other places and times. */
export interface InvoiceRate extends NamedRate {
  readonly id: string;
  readonly inclusive: boolean;
}

/** The rates of a tax, in their order. */
export function ratesOf({ jurisdiction, pricing, rates }: InvoiceTax): InvoiceRate[] {
  const inclusive = pricing === 'inclusive';
  return rates.map(({ name, percent, compound }, place) => {
    const id = [jurisdiction ?? '', place, name, percent, compound, inclusive].join(' ');
    return { id, name, percent, compound, inclusive };
  });
}

/** Whether lines of both have the same rates. */
export function hasSameRates(one: InvoiceTax, other: InvoiceTax): boolean {
  const ids = (tax: InvoiceTax) => ratesOf(tax).map(({ id }) => id);
  return ids(one).join('\n') === ids(other).join('\n');
}
