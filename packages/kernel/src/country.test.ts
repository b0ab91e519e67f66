import iso3166 from 'iso-3166-1';
import { expect, test } from 'vitest';
import { COUNTRIES, parseCountry } from './country.js';

test('the countries are those of ISO 3166-1', () => {
  const codes = iso3166.all().map((one) => one.alpha2);
  expect(codes.filter((code) => parseCountry(code) === null)).toEqual([]);
  expect(COUNTRIES).toBe(codes.length);
});

test.each(['XK', 'UK', 'EU', 'de', '', 'DEU', 'toString'])('%j is not a country of ISO 3166-1', (text) => {
  expect(parseCountry(text)).toBeNull();
});
