import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '../money/currency.js';
import { decimal, toRational } from '../number/decimal.js';
import { compare, mul, rational, sum } from '../number/rational.js';
import { eventAmount, eventRun } from './events.js';
import { ratePrice } from './rate.js';
import { reduced } from './ratio.js';

const USD = parseCurrency('USD') as Currency;
const NO_LIMITS = { minimumAmount: null, maximumAmount: null };

test('a percentage of ten thousand events with mixed decimals is exact', () => {
  const price = {
    model: 'percentage',
    ratePercent: decimal('1.25'),
    fixedPerEvent: decimal('0.001'),
    freeEvents: null,
    freeAmount: null,
    minPerEvent: null,
    maxPerEvent: null,
    ...NO_LIMITS,
  } as const;
  const events = Array.from({ length: 10_000 }, (_, index) => decimal(fixed(BigInt(index), index % 9)));
  const given = { price, amounts: events, alreadyBilledAmount: null, final: true };
  const total = sum(events.map(toRational));
  const expected = sum([mul(total, rational(125n, 10_000n)), rational(10n, 1n)]);
  const line = ratePrice(given, USD);
  expect('exact' in line && compare(line.exact, expected)).toBe(0);
});

test('dimensions are only what the caller names, not what every object has', () => {
  const price = {
    model: 'matrix',
    rows: [{ match: { constructor: 'x' }, unitAmount: decimal('1') }],
    defaultUnitAmount: null,
    ...NO_LIMITS,
  } as const;
  const usage = [{ dimensions: {}, quantity: decimal('1') }];
  const answer = ratePrice({ price, usage, alreadyBilledAmount: null, final: true }, USD);
  expect(answer).toMatchObject({ reason: 'NoMatrixPrice', index: 0 });
});

function fixed(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}

test('alike events that come together cost what they cost one after the other', () => {
  const amounts = fc.array(
    fc.tuple(fc.constantFrom('0', '1', '2.5', '40.125', '-3'), fc.integer({ min: 1, max: 4 })),
  );
  const given = fc.record({
    freeEvents: fc.constantFrom(null, 0, 2),
    freeAmount: fc.constantFrom(null, decimal('0'), decimal('41.5')),
    maxPerEvent: fc.constantFrom(null, decimal('1.2')),
  });
  fc.assert(
    fc.property(given, amounts, (terms, pairs) => {
      const head = {
        model: 'percentage',
        ratePercent: decimal('2.9'),
        fixedPerEvent: decimal('0.3'),
      } as const;
      const price = { ...head, ...terms, minPerEvent: null, ...NO_LIMITS };
      const together = eventRun(price);
      for (const [amount, times] of pairs) together.add(decimal(amount), times);
      const single = pairs.flatMap(([amount, times]) => Array.from({ length: times }, () => decimal(amount)));
      expect(reduced(together.total())).toEqual(reduced(eventAmount(price, single)));
    }),
  );
});
