import type { Decimal } from '@tollgate/kernel/number/decimal';
import {
  placeOfSupply,
  type Customer,
  type NamedRate,
  type Seller,
  type Treatment,
} from './place-of-supply.js';

/** How an invoice is taxed, and with which rates: the same on every line. */
export interface InvoiceTax {
  /** `none`: the tenant takes no tax at all. */
  readonly treatment: Treatment | 'none';
  readonly jurisdiction: string | null;
  readonly pricing: 'exclusive' | 'inclusive';
  readonly rates: readonly NamedRate[];
}

/** What a tenant says of its taxes. */
export interface TaxSettings {
  readonly seller: Seller;
  readonly pricing: InvoiceTax['pricing'];
  /** By jurisdiction; one without an entry has none. */
  readonly rates: Readonly<Record<string, readonly NamedRate[]>>;
}

/** The tax of an invoice: a customer's place of supply decides whose rates are on its lines. */
export function invoiceTax(settings: TaxSettings | null, customer: Customer): InvoiceTax {
  if (settings === null) return { treatment: 'none', jurisdiction: null, pricing: 'exclusive', rates: [] };
  const { treatment, jurisdiction, ratesOf } = placeOfSupply(settings.seller, customer);
  const rates = ratesOf === null ? [] : (settings.rates[ratesOf] ?? []);
  return { treatment, jurisdiction, pricing: settings.pricing, rates };
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
  const rates = Object.entries(percents).map(
    ([code, percent]) => [code, [{ name: PLAIN_TAX_NAME, percent, compound: false }]] as const,
  );
  return {
    seller: { jurisdiction: country, registrations: countries, belowThreshold: false },
    pricing: 'exclusive',
    rates: Object.fromEntries(rates),
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
