import { euVat } from 'stdnum';
import { invalid, type Parsed } from '@tollgate/kernel/input';

const VAT_ID_MAX_CHARS = 40;
const PREFIX_CHARS = 2;
const SEPARATORS = /[\s.\-/]/g;
/** The EU writes Greece as the Greeks do; every other prefix is the ISO code. */
const COUNTRIES: Readonly<Record<string, string>> = { EL: 'GR' };
const FIELD = 'input.vatId';

/**
 * Reads what a customer of a country of the EU typed; spaces, dots, dashes and case do not matter. The answer has the prefix and
 * no separators, as registers want it: `DE136695976`. Form and check digits are right then; whether it is in use only the
 * register of the country knows.
 */
export function readVatId(typed: string): Parsed<string> {
  if (typed.length > VAT_ID_MAX_CHARS) return rejected('Give at most 15 characters.');
  const text = typed.replace(SEPARATORS, '').toUpperCase();
  const prefix = text.slice(0, PREFIX_CHARS);
  const [validator] = euVat[COUNTRIES[prefix] ?? prefix] ?? [];
  const isOtherName = COUNTRIES[prefix] === undefined && Object.values(COUNTRIES).includes(prefix);
  if (validator === undefined || isOtherName)
    return rejected('Begin with the prefix of a country of the EU, for example DE136695976.');
  const number = text.slice(PREFIX_CHARS);
  if (!validator.validate(number).isValid) return rejected('The form or the check digits are wrong.');
  return { ok: true, value: `${prefix}${number}` };
}

function rejected(message: string): Parsed<string> {
  return { ok: false, rejection: invalid(FIELD, message) };
}
