import { parseCountry, type Country } from './country.js';
import type { InputReader } from './input.js';

/** Where a tax is taken: a country (`FR`), or a part of one by ISO 3166-2 (`US-WA`). */
export type Jurisdiction = string;

const FORM = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/;

/** The jurisdiction of an upper-case code; null where its country is none. */
export function parseJurisdiction(text: string): Jurisdiction | null {
  return FORM.test(text) && countryOf(text) !== null ? text : null;
}

/** Reads a jurisdiction; where it makes no sense, that is remembered and the answer is harmless. */
export function readJurisdiction(fields: InputReader, field: string, value: string): Jurisdiction {
  const read = parseJurisdiction(value);
  if (read === null)
    fields.reject(field, 'Give a country, or a part of one by ISO 3166-2, for example FR or US-WA.');
  return read ?? '';
}

/**
 * Reads the jurisdiction of somebody of a country: it, or a part of it where tax may be another. Where that makes no sense, it
 * is remembered.
 */
export function readJurisdictionIn(
  fields: InputReader,
  field: string,
  {
    whose,
    country,
    value,
  }: { readonly whose: string; readonly country: string | null; readonly value: string },
): Jurisdiction {
  const read = readJurisdiction(fields, field, value);
  if (countryOf(read) !== country)
    fields.reject(field, `Give the ${whose}'s country or a part of it, for example US-WA of US.`);
  if (read !== country && isTaxedAsCountry(read))
    fields.reject(field, `Give ${country}: its VAT is the same in all of it.`);
  return read;
}

/** The country that a jurisdiction is, or is a part of; null where ISO 3166-1 knows none. */
export function countryOf(jurisdiction: Jurisdiction): Country | null {
  return parseCountry(jurisdiction.slice(0, 2));
}

/** Member states of the EU by ISO 3166; their VAT rules hold between them. */
export const EU: ReadonlySet<Jurisdiction> = new Set(
  'AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/** Parts of member states that are outside of the EU's VAT area: the Canary Islands, Ceuta and Melilla. */
const OUTSIDE_OF_EU: ReadonlySet<Jurisdiction> = new Set(['ES-CN', 'ES-CE', 'ES-ML']);

/** Whether tax in a place is as in all of its country: VAT of a member state of the EU is one tax. */
export function isTaxedAsCountry(jurisdiction: Jurisdiction): boolean {
  return EU.has(jurisdiction.slice(0, 2)) && !OUTSIDE_OF_EU.has(jurisdiction);
}
