import iso4217 from 'currency-codes';
import { expect, test } from 'vitest';
import { CURRENCIES, exponentOf, parseCurrency } from './currency.js';

test.each([
  ['EUR', 2],
  ['USD', 2],
  ['JPY', 0],
  ['ISK', 0],
  ['UGX', 0],
  ['KWD', 3],
  ['TND', 3],
  ['CLF', 4],
  ['UYW', 4],
  ['MRU', 2],
] as const)('%s has %i decimals', (currency, exponent) => {
  expect(exponentOf(currency)).toBe(exponent);
});

test.each([
  'XAU',
  'XAG',
  'XDR',
  'XTS',
  'XXX',
  'ABC',
  'eur',
  '',
  'EURO',
  'toString',
  '__proto__',
  'constructor',
])('%j is not a currency one can bill in', (text) => {
  expect(parseCurrency(text)).toBeNull();
});

test('every listed code parses to itself', () => {
  for (const currency of CURRENCIES) expect(parseCurrency(currency)).toBe(currency);
  expect(CURRENCIES.length).toBeGreaterThan(150);
});

/** In the standard since the package was made: the Arab dinar of account and the Caribbean guilder (2025). */
const NEWER = ['XAD', 'XCG'];
/** Metals, funds, bond units and tests: ISO 4217 gives them no minor unit. The Cuban convertible peso ended in 2021. */
const NOT_BILLED = [
  'CUC',
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
];

test('the table is that of ISO 4217, but for what is named here', () => {
  const listed = iso4217.codes();
  expect(CURRENCIES.filter((code) => !listed.includes(code))).toEqual(NEWER);
  expect(listed.filter((code) => parseCurrency(code) === null).sort()).toEqual(NOT_BILLED);
  const known = CURRENCIES.filter((code) => !NEWER.includes(code));
  expect(known.filter((code) => iso4217.code(code)?.digits !== exponentOf(code))).toEqual([]);
});
