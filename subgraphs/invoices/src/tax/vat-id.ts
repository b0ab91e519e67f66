import { euVat } from 'stdnum';
import { invalidInput, type InvalidInput } from '../rating/domain/checks.js';
import { EU, type Jurisdiction } from '@tollgate/kernel/jurisdiction';

/**
 * A VAT id whose form and check digits are right. Whether it is in use only the register of the country knows, so a
 * supply to its holder is `pending` until that has answered.
 */
export interface VatId {
  /** The member state, by ISO 3166. */
  readonly country: Jurisdiction;
  /** With the prefix and without separators, as the register wants it: `DE136695976`. */
  readonly text: string;
}

export type VatIdReading =
  { readonly ok: true; readonly vatId: VatId } | { readonly ok: false; readonly rejection: InvalidInput };

const VAT_ID_MAX_CHARS = 40;
const SEPARATORS = /[\s.\-/]/g;
/** The EU writes Greece as the Greeks do; every other prefix is the ISO code. */
const PREFIXES: Readonly<Record<Jurisdiction, string>> = { GR: 'EL' };

/** Reads what a customer of an EU country typed; the prefix is asked for, spaces, dots, dashes and case are not. */
export function readVatId(typed: string, country: Jurisdiction): VatIdReading {
  const [validator] = EU.has(country) ? (euVat[country] ?? []) : [];
  if (validator === undefined) return refused(`${country} is no member state of the EU.`);
  if (typed.length > VAT_ID_MAX_CHARS) return refused('A VAT id has at most 15 characters.');
  const prefix = PREFIXES[country] ?? country;
  const text = typed.replace(SEPARATORS, '').toUpperCase();
  if (!text.startsWith(prefix)) return refused(`A VAT id of ${country} begins with ${prefix}.`);
  const number = text.slice(prefix.length);
  const checked = validator.validate(number);
  if (!checked.isValid) return refused('The form or the check digits of the VAT id are wrong.');
  return { ok: true, vatId: { country, text: `${prefix}${number}` } };
}

function refused(message: string): VatIdReading {
  return { ok: false, rejection: invalidInput('vatId', message) };
}
