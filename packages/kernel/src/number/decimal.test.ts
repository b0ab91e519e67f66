import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../assert.js';
import * as d from './decimal.js';
import * as r from './rational.js';

const anyDecimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: 0, max: 18 }))
  .map(([units, scale]) => d.decimalFromUnits(units, scale));
const CANONICAL = /^(0|-?([1-9]\d*|0\.\d*[1-9]|[1-9]\d*\.\d*[1-9]))$/;

describe('decimals', () => {
  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['007', '7'],
    ['1.50', '1.5'],
    ['10', '10'],
    ['-0.10', '-0.1'],
    ['100.00', '100'],
    ['0.000000000000000001', '0.000000000000000001'],
    ['9'.repeat(38), '9'.repeat(38)],
    [`${'0'.repeat(60)}1.${'0'.repeat(60)}`, '1'],
  ])('%s is written %s', (text, expected) => {
    expect(d.parseDecimal(text)).toBe(expected);
  });

  test.each([
    '',
    '-',
    '.',
    '1.',
    '.1',
    '+1',
    '1e3',
    '1E3',
    ' 1',
    '1 ',
    '1,0',
    '0x10',
    'NaN',
    'Infinity',
    '--1',
    '１',
  ])('%j is refused', (text) => {
    expect(d.parseDecimal(text)).toBeNull();
    expect(() => d.decimal(text)).toThrow(AssertionFailed);
  });

  test('what callers may send is bounded in both directions', () => {
    expect(d.parseDecimal('1'.repeat(39))).toBeNull();
    expect(d.parseDecimal(`0.${'1'.repeat(19)}`)).toBeNull();
    expect(d.parseDecimal('0'.repeat(1_000))).toBeNull();
  });

  test('every result is canonical, so equal values are equal texts', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        for (const x of [d.addDecimal(a, b), d.subDecimal(a, b), d.mulDecimal(a, b), d.negDecimal(a)]) {
          expect(x).toMatch(CANONICAL);
          expect(d.decimal(x)).toBe(x);
        }
        expect(d.subDecimal(d.addDecimal(a, b), b)).toBe(a);
      }),
    );
  });

  test('arithmetic agrees with exact fractions', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        const [x, y] = [d.toRational(a), d.toRational(b)];
        expect(d.toRational(d.addDecimal(a, b))).toEqual(r.add(x, y));
        expect(d.toRational(d.mulDecimal(a, b))).toEqual(r.mul(x, y));
        expect(d.compareDecimal(a, b)).toBe(r.compare(x, y));
        expect(d.toRational(d.minDecimal(a, b))).toEqual(r.min(x, y));
        expect(d.toRational(d.maxDecimal(a, b))).toEqual(r.max(x, y));
        expect(d.isNegative(a)).toBe(r.isNegative(x));
        expect(d.isZero(a)).toBe(r.isZero(x));
      }),
    );
  });

  test('a sum does not depend on the order of its parts', () => {
    fc.assert(
      fc.property(fc.array(anyDecimal, { maxLength: 20 }), (list) => {
        expect(d.sumDecimals(list)).toBe(d.sumDecimals(list.toReversed()));
      }),
    );
    expect(d.sumDecimals([])).toBe('0');
  });

  test('fractions are shown with at most 12 decimals, halves away from zero', () => {
    expect(d.fromRational(r.rational(1n, 3n))).toBe('0.333333333333');
    expect(d.fromRational(r.rational(-2n, 3n))).toBe('-0.666666666667');
    expect(d.fromRational(r.rational(5n, 2n), 0)).toBe('3');
    expect(d.fromRational(r.rational(-1n, 10n ** 13n))).toBe('0');
    expect(() => d.fromRational(r.ONE, 13)).toThrow(AssertionFailed);
  });
});
