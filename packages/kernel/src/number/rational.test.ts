import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../assert.js';
import * as r from './rational.js';
import { roundTo, type RoundingMode } from './rounding.js';

const anyRational = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 20n }))
  .map(([n, d]) => r.rational(n, d));

describe('rationals', () => {
  test('are in lowest terms with a denominator above zero', () => {
    expect(r.rational(6n, -4n)).toEqual({ n: -3n, d: 2n });
    expect(r.rational(0n, -7n)).toEqual({ n: 0n, d: 1n });
  });

  test('equal values are equal objects, however they were computed', () => {
    fc.assert(
      fc.property(anyRational, anyRational, anyRational, (a, b, c) => {
        expect(r.add(r.add(a, b), c)).toEqual(r.add(a, r.add(b, c)));
        expect(r.mul(a, r.add(b, c))).toEqual(r.add(r.mul(a, b), r.mul(a, c)));
        expect(r.sub(r.add(a, b), b)).toEqual(a);
        if (!r.isZero(b)) expect(r.mul(r.div(a, b), b)).toEqual(a);
      }),
    );
  });

  test('thirds that cancel are exact', () => {
    const third = r.div(r.ONE, r.fromInteger(3));
    expect(r.sum([third, third, third])).toEqual(r.ONE);
  });

  test('order agrees with subtraction', () => {
    fc.assert(
      fc.property(anyRational, anyRational, (a, b) => {
        const difference = r.sub(a, b);
        expect(Math.sign(r.compare(a, b))).toBe(r.isZero(difference) ? 0 : r.isNegative(difference) ? -1 : 1);
        expect(r.add(r.min(a, b), r.max(a, b))).toEqual(r.add(a, b));
      }),
    );
  });

  test('decimal texts of any precision are read exactly', () => {
    expect(r.fromDecimal('1.005000000000000000000001')).toEqual({
      n: 1005000000000000000000001n,
      d: 10n ** 24n,
    });
    expect(r.fromDecimal('-0.50')).toEqual({ n: -1n, d: 2n });
    for (const text of ['', '1e3', '.5', '+1', '1.', '0x1', ' 1', '1'.repeat(300)]) {
      expect(() => r.fromDecimal(text)).toThrow(AssertionFailed);
    }
  });

  test('a zero denominator is a bug', () => {
    expect(() => r.div(r.ONE, r.ZERO)).toThrow(AssertionFailed);
  });
});

describe('rounding', () => {
  const cases: readonly (readonly [string, number, RoundingMode, string])[] = [
    ['2.5', 0, 'half_away', '3'],
    ['-2.5', 0, 'half_away', '-3'],
    ['2.4999999999', 0, 'half_away', '2'],
    ['1250', -2, 'half_away', '1300'],
    ['-1250', -2, 'half_away', '-1300'],
    ['1.234', 2, 'ceil', '1.24'],
    ['-1.239', 2, 'ceil', '-1.23'],
    ['1.239', 2, 'floor', '1.23'],
    ['-1.231', 2, 'floor', '-1.24'],
    ['101', -2, 'ceil', '200'],
    ['-101', -2, 'floor', '-200'],
    ['1.23456', 1, 'none', '1.23456'],
    ['5', 0, 'ceil', '5'],
    ['-5', 0, 'floor', '-5'],
  ];
  test.each(cases)('%s at %i decimals, %s, is %s', (value, decimals, mode, expected) => {
    expect(roundTo(r.fromDecimal(value), decimals, mode)).toEqual(r.fromDecimal(expected));
  });

  test('the result is the nearest multiple, and a half goes away from zero', () => {
    fc.assert(
      fc.property(anyRational, fc.integer({ min: -6, max: 12 }), (a, decimals) => {
        const unit =
          decimals < 0 ? r.fromInteger(10n ** BigInt(-decimals)) : r.rational(1n, 10n ** BigInt(decimals));
        const rounded = roundTo(a, decimals);
        const off = r.div(r.abs(r.sub(a, rounded)), unit);
        expect(r.div(rounded, unit).d).toBe(1n);
        const isHalf = r.compare(off, r.rational(1n, 2n)) === 0;
        expect(r.compare(off, r.rational(1n, 2n))).toBeLessThanOrEqual(0);
        if (isHalf) expect(r.compare(r.abs(rounded), r.abs(a))).toBe(1);
        expect(roundTo(r.neg(a), decimals)).toEqual(r.neg(rounded));
      }),
    );
  });

  test('floor and ceil enclose the value and meet on whole numbers', () => {
    fc.assert(
      fc.property(anyRational, (a) => {
        const [low, high] = [r.floor(a), r.ceil(a)];
        expect(r.compare(r.fromInteger(low), a)).toBeLessThanOrEqual(0);
        expect(r.compare(a, r.fromInteger(high))).toBeLessThanOrEqual(0);
        expect(high - low).toBe(a.d === 1n ? 0n : 1n);
        expect(r.truncate(a)).toBe(r.isNegative(a) ? high : low);
      }),
    );
  });
});
