import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '../money/currency.js';
import { decimal, toRational } from '../number/decimal.js';
import { compare, mul, rational, sum } from '../number/rational.js';
import { ratePrice } from './rate.js';

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
