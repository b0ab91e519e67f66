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
