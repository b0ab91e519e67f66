import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDecimal } from './number/decimal.js';
import { exactJsonText, exactNumber, isExactNumber, parseExactJson } from './json.js';

test.each([
  ['0.000000001', 1e-9],
  ['1e-9', 1e-9],
  ['0.1', 0.1],
  ['1.50000000000000000000', 1.5],
  ['9007199254740991', 9_007_199_254_740_991],
  ['9007199254740993', '9007199254740993'],
  ['2251799813685249.3', '2251799813685249.3'],
  ['0.1234567890123456789', '0.1234567890123456789'],
  ['-0.30000000000000004', '-0.30000000000000004'],
  ['100000000000000000000', '100000000000000000000'],
  ['0.1000000000000000000001', '0.1000000000000000000001'],
  ['1e-400', '1e-400'],
  ['-1E400', '-1E400'],
  ['5e-324', '5e-324'],
  ['0e-400', 0],
  ['1e-300', 1e-300],
])('%s is kept as %j', (text, kept) => {
  expect(exactNumber(text)).toBe(kept);
  expect(parseExactJson(`{"a": [1, ${text}], "b": ${text}}`)).toEqual({ a: [1, kept], b: kept });
});

test('a text of JSON is the same text, but for numbers that would lose digits; what is no JSON stays as it is', () => {
  expect(exactJsonText('{"a": 1}')).toBe('{"a": 1}');
  expect(exactJsonText('{"a": 0.1000000000000000000001}')).toBe('{"a":"0.1000000000000000000001"}');
  expect(exactJsonText('{"a": 00000000000000000001}')).toBe('{"a": 00000000000000000001}');
});

test('texts are left alone, whatever they look like', () => {
  const value = { a: ': 0.1234567890123456789', '"12345678901234567890': '\\": 12345678901234567890, "' };
  expect(parseExactJson(JSON.stringify({ ...value, n: 1 }))).toEqual({ ...value, n: 1 });
});

test('what needs no closer look is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      fc.pre(!/\d[\d.]{15}|\de[+-]?\d{3}/i.test(text));
      expect(parseExactJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('a number is kept as the decimal that it was', () => {
  const decimals = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 25n }), fc.integer({ min: 0, max: 25 }));
  fc.assert(
    fc.property(decimals, ([units, scale]) => {
      const digits = units.toString().padStart(scale + 1, '0');
      const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      const kept = exactNumber(text);
      const written = String(kept);
      if (written.includes('e')) return;
      expect(parseDecimal(written)).toBe(parseDecimal(text));
      expect(typeof kept === 'string' || isExactNumber(kept)).toBe(true);
    }),
  );
});

test('what is no JSON is refused, with long numbers too', () => {
  for (const text of ['{12345678901234567890: 1}', '[01234567890123456789]', '[1.234567890123456789.]'])
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
});
