import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../assert.js';
import { CURRENCIES, type Currency } from './currency.js';
import { decimal } from '../number/decimal.js';
import * as m from './money.js';
import * as r from '../number/rational.js';

const anyMinor = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const anyCurrency = fc.constantFrom(...CURRENCIES);
const anyWeight = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.bigInt({ min: 1n, max: 10n ** 6n }))
  .map(([n, d]) => r.rational(n, d));
const someWeights = fc
  .array(anyWeight, { minLength: 1, maxLength: 30 })
  .filter((weights) => weights.some((weight) => !r.isZero(weight)));

describe('money', () => {
  test('adds, subtracts and compares within one currency', () => {
    const [a, b] = [m.money(1050n, 'EUR'), m.money(-50n, 'EUR')];
    expect(m.addMoney(a, b)).toEqual(m.money(1000n, 'EUR'));
    expect(m.subMoney(a, b)).toEqual(m.money(1100n, 'EUR'));
    expect(m.negMoney(b)).toEqual(m.money(50n, 'EUR'));
    expect(m.compareMoney(a, b)).toBeGreaterThan(0);
    expect([m.minMoney(a, b), m.maxMoney(a, b)]).toEqual([b, a]);
    expect(m.sumMoney('EUR', [a, b, b])).toEqual(m.money(950n, 'EUR'));
    expect([m.isNegativeMoney(b), m.isZeroMoney(m.zero('EUR'))]).toEqual([true, true]);
  });

  test('mixing currencies that only the run time knows is a bug, never a number', () => {
    const [a, b]: m.Money[] = [m.money(1n, 'EUR'), m.money(1n, 'JPY')];
    for (const mix of [m.addMoney, m.subMoney, m.compareMoney]) {
      expect(() => mix(a as m.Money, b as m.Money)).toThrow(AssertionFailed);
    }
    expect(() => m.sumMoney<Currency>('EUR', [b as m.Money])).toThrow(AssertionFailed);
  });

  test('rounds once, half away from zero, to the decimals of the currency', () => {
    expect(m.roundToMoney(r.fromDecimal('1.005'), 'USD').minor).toBe(101n);
    expect(m.roundToMoney(r.fromDecimal('-1.005'), 'USD').minor).toBe(-101n);
    expect(m.roundToMoney(r.fromDecimal('0.5'), 'JPY').minor).toBe(1n);
    expect(m.roundToMoney(r.fromDecimal('0.0005'), 'KWD').minor).toBe(1n);
  });

  test('major units are exact in both directions', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, (minor, currency) => {
        const amount = m.money(minor, currency);
        expect(m.fromMajor(m.majorAmount(amount), currency)).toEqual(amount);
        expect(m.roundToMoney(m.majorRational(amount), currency)).toEqual(amount);
        expect(decimal(m.majorText(amount))).toBe(m.majorAmount(amount));
      }),
    );
  });

  test('people see all decimals of the currency', () => {
    expect(m.majorText(m.money(1050n, 'EUR'))).toBe('10.50');
    expect(m.majorText(m.money(-5n, 'KWD'))).toBe('-0.005');
    expect(m.majorText(m.money(-7n, 'JPY'))).toBe('-7');
  });

  test('an amount finer than the currency is not money', () => {
    expect(m.fromMajor(decimal('0.5'), 'JPY')).toBeNull();
    expect(m.fromMajor(decimal('0.001'), 'EUR')).toBeNull();
    expect(m.fromMajor(decimal('0.001'), 'BHD')).toEqual(m.money(1n, 'BHD'));
  });
});

describe('allocation', () => {
  test('parts always sum to the whole and are within one minor unit of their share', () => {
    fc.assert(
      fc.property(anyMinor, someWeights, (minor, weights) => {
        const parts = m.allocate(m.money(minor, 'EUR'), weights) ?? [];
        const whole = r.sum(weights);
        expect(parts.map((part) => part.minor).reduce((a, b) => a + b, 0n)).toBe(minor);
        expect(parts.length).toBe(weights.length);
        parts.forEach((part, i) => {
          const share = r.div(r.mul(r.fromInteger(minor), weights[i]!), whole);
          expect(r.compare(r.abs(r.sub(r.fromInteger(part.minor), share)), r.ONE)).toBeLessThan(0);
        });
      }),
    );
  });

  test('a negative total mirrors the positive one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.integer({ min: 1, max: 9 }), (minor, n) => {
        const weights = Array.from({ length: n }, () => r.ONE);
        const mirrored = m.allocate(m.money(-minor, 'EUR'), weights)?.map((part) => m.negMoney(part));
        expect(mirrored).toEqual(m.allocate(m.money(minor, 'EUR'), weights));
      }),
    );
  });

  test('a zero weight gets nothing', () => {
    fc.assert(
      fc.property(anyMinor, someWeights, (minor, weights) => {
        const parts = m.allocate(m.money(minor, 'EUR'), weights) ?? [];
        weights.forEach((weight, i) => {
          if (r.isZero(weight)) expect(parts[i]?.minor).toBe(0n);
        });
      }),
    );
  });

  test('shares of mixed sign sum to the rounded total', () => {
    const anyShare = fc
      .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.bigInt({ min: 1n, max: 10n ** 4n }))
      .map(([n, d]) => r.rational(n, d));
    fc.assert(
      fc.property(fc.array(anyShare, { maxLength: 20 }), (shares) => {
        const total = r.round(r.sum(shares));
        expect(m.largestRemainder(total, shares).reduce((a, b) => a + b, 0n)).toBe(total);
      }),
    );
  });

  test('weights that say nothing are refused', () => {
    const total = m.money(100n, 'EUR');
    expect(m.allocate(total, [])).toBeNull();
    expect(m.allocate(total, [r.ZERO, r.ZERO])).toBeNull();
    expect(m.allocate(total, [r.ONE, r.fromInteger(-1), r.ONE])).toBeNull();
  });
});
