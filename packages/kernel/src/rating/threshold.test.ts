import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '../money/currency.js';
import { decimal } from '../number/decimal.js';
import { instant } from '../time/time.js';
import type { PerUnitPrice } from '../price/model.js';
import { progressivePeriod, type ProgressiveCase, type ThresholdRule } from './threshold.js';

const USD = parseCurrency('USD') as Currency;
const ZERO = decimal('0');
const AT = instant('2024-01-01T00:00:00Z');

const text = (n: number) => decimal(String(n));
const price: fc.Arbitrary<PerUnitPrice> = fc.record({
  model: fc.constant('per_unit'),
  unitAmount: fc.integer({ min: 0, max: 9_999 }).map((n) => decimal((n / 1_000).toFixed(3))),
  conversion: fc.constant(null),
  includedUnits: fc.integer({ min: 0, max: 20 }).map(text),
  minimumAmount: fc.option(fc.integer({ min: 0, max: 500 }).map(text)),
  maximumAmount: fc.option(fc.integer({ min: 0, max: 5_000 }).map(text)),
});
const rule: fc.Arbitrary<ThresholdRule> = fc.record({
  thresholds: fc
    .uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 })
    .map((list) => list.sort((a, b) => a - b).map(text)),
  recurringStep: fc.option(fc.integer({ min: 1, max: 300 }).map(text)),
  lifetimeBefore: fc.integer({ min: 0, max: 1_000 }).map(text),
});
const quantities = fc.array(fc.integer({ min: -20, max: 120 }), { maxLength: 12 });
const periods: fc.Arbitrary<ProgressiveCase> = fc.record({
  price,
  rule,
  usage: quantities.map((list) => list.map((quantity) => ({ at: AT, quantity: text(quantity) }))),
  planFee: fc.integer({ min: 0, max: 100 }).map(text),
});

test('the invoices of a period sum to its usage and fee, however many thresholds were passed', () => {
  fc.assert(
    fc.property(periods, (period) => {
      const { invoices, usageMinor, planFeeMinor, creditMinor, totalMinor } = progressivePeriod(period, USD);
      const invoiced = invoices.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
      expect(invoiced).toBe(creditMinor);
      expect(invoiced + totalMinor).toBe(usageMinor + planFeeMinor);
      expect(invoices.every(({ amountMinor }) => amountMinor > 0n)).toBe(true);
    }),
  );
});

test('a recurring step is the same as a long list of thresholds', () => {
  fc.assert(
    fc.property(periods, fc.integer({ min: 1, max: 300 }), (period, step) => {
      const { thresholds } = period.rule;
      const last = Number(thresholds.at(-1));
      const written = Array.from({ length: 20_000 / step }, (_, index) => text(last + (index + 1) * step));
      const recurring = { ...period, rule: { ...period.rule, recurringStep: text(step) } };
      const listed = { thresholds: [...thresholds, ...written], recurringStep: null };
      const long = { ...period, rule: { ...period.rule, ...listed } };
      expect(progressivePeriod(recurring, USD)).toEqual(progressivePeriod(long, USD));
    }),
    { numRuns: 50 },
  );
});

test('a threshold finer than a cent is passed by the cents that reach it', () => {
  const exact = {
    model: 'per_unit',
    unitAmount: decimal('0.01'),
    conversion: null,
    includedUnits: ZERO,
  } as const;
  const usage = ['10', '1'].map((quantity) => ({ at: AT, quantity: decimal(quantity) }));
  const period: ProgressiveCase = {
    price: { ...exact, minimumAmount: null, maximumAmount: null },
    rule: { thresholds: [decimal('0.1005')], recurringStep: null, lifetimeBefore: ZERO },
    usage,
    planFee: ZERO,
  };
  expect(progressivePeriod(period, USD).invoices).toEqual([{ at: AT, amountMinor: 11n }]);
});
