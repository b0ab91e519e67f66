import { assert } from '../assert.js';
import { exponentOf, type Currency } from './currency.js';
import { decimalFromUnits, toRational, type Decimal } from '../number/decimal.js';
import * as rational from '../number/rational.js';
import type { Rational } from '../number/rational.js';

/** An amount in minor units (cents, yen, fils). Different currencies never mix: a compile error where known, a bug elsewhere. */
export interface Money<C extends Currency = Currency> {
  readonly minor: bigint;
  readonly currency: C;
}

/** An amount in minor units of its currency. */
export function money<C extends Currency>(minor: bigint, currency: C): Money<C> {
  return { minor, currency };
}

/** Nothing, in this currency. */
export function zero<C extends Currency>(currency: C): Money<C> {
  return { minor: 0n, currency };
}

/** The sum; both are of one currency, or it does not compile. */
export function addMoney<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): Money<C> {
  assertSameCurrency(a, b);
  return { minor: a.minor + b.minor, currency: a.currency };
}

/** The difference; both are of one currency, or it does not compile. */
export function subMoney<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): Money<C> {
  assertSameCurrency(a, b);
  return { minor: a.minor - b.minor, currency: a.currency };
}

/** The amount with the other sign. */
export function negMoney<C extends Currency>(a: Money<C>): Money<C> {
  return { minor: -a.minor, currency: a.currency };
}

/** The sum of a list, zero where it is empty. */
export function sumMoney<C extends Currency>(currency: C, list: readonly Money<NoInfer<C>>[]): Money<C> {
  return list.reduce<Money<C>>((sum, part) => addMoney<C>(sum, part), zero(currency));
}

/** Below zero when a < b, zero when equal, above zero when a > b. */
export function compareMoney<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): number {
  assertSameCurrency(a, b);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

/** The smaller of two. */
export function minMoney<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): Money<C> {
  return compareMoney<C>(b, a) < 0 ? b : a;
}

/** The greater of two. */
export function maxMoney<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): Money<C> {
  return compareMoney<C>(b, a) > 0 ? b : a;
}

/** Whether it is nothing. */
export function isZeroMoney(a: Money): boolean {
  return a.minor === 0n;
}

/** Whether it is less than nothing. */
export function isNegativeMoney(a: Money): boolean {
  return a.minor < 0n;
}

/** R(x): an exact amount in major units, rounded half away from zero to the currency's exponent. */
export function roundToMoney<C extends Currency>(amount: Rational, currency: C): Money<C> {
  return { minor: rational.round(inMinorUnits(amount, currency)), currency };
}

/** The exact amount in major units: 1050 cents are `10.5`. */
export function majorAmount(amount: Money): Decimal {
  return decimalFromUnits(amount.minor, exponentOf(amount.currency));
}

/** The amount in major units with all decimals of the currency, for people: 1050 cents are `10.50`. */
export function majorText(amount: Money): string {
  const decimals = exponentOf(amount.currency);
  const digits = (amount.minor < 0n ? -amount.minor : amount.minor).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const sign = amount.minor < 0n ? '-' : '';
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** The amount in major units as an exact fraction. */
export function majorRational(amount: Money): Rational {
  return rational.rational(amount.minor, 10n ** BigInt(exponentOf(amount.currency)));
}

/** Null if the amount is finer than the currency's minor unit. */
export function fromMajor<C extends Currency>(amount: Decimal, currency: C): Money<C> | null {
  const minor = inMinorUnits(toRational(amount), currency);
  return minor.d === 1n ? { minor: minor.n, currency } : null;
}

/**
 * Splits the total in proportion to the weights by largest remainder; the parts sum to the total.
 * Null (INVALID_WEIGHTS) if a weight is negative, or all are 0, or there is none.
 */
export function allocate<C extends Currency>(
  total: Money<C>,
  weights: readonly Rational[],
): Money<C>[] | null {
  const whole = rational.sum(weights);
  if (rational.isZero(whole) || weights.some(rational.isNegative)) return null;
  const share = (weight: Rational) =>
    rational.div(rational.mul(rational.fromInteger(total.minor), weight), whole);
  const parts = largestRemainder(total.minor, weights.map(share));
  return parts.map((minor) => ({ minor, currency: total.currency }));
}

/**
 * Whole minor units for exact shares (in minor units) whose sum rounds to the total. What truncation leaves goes to the
 * largest remainders, what it took too much comes from the smallest; ties go to the earlier index.
 */
export function largestRemainder(totalMinor: bigint, shares: readonly Rational[]): bigint[] {
  const parts = shares.map(rational.truncate);
  const difference = totalMinor - parts.reduce((sum, part) => sum + part, 0n);
  if (difference === 0n) return parts;
  const step = difference < 0n ? -1n : 1n;
  const count = Number(step * difference);
  assert(count <= shares.length, 'the shares sum to the total');
  const ranked = shares
    .map(({ n, d }, index) => ({ index, rest: { n: n % d, d } }))
    .sort((a, b) => Number(step) * rational.compare(b.rest, a.rest) || a.index - b.index);
  for (const { index } of ranked.slice(0, count)) parts[index] = (parts[index] ?? 0n) + step;
  return parts;
}

/** The exact amount in minor units. */
export function inMinorUnits(amount: Rational, currency: Currency): Rational {
  return rational.rational(amount.n * 10n ** BigInt(exponentOf(currency)), amount.d);
}

function assertSameCurrency(a: Money, b: Money): void {
  assert(a.currency === b.currency, `amounts of one currency, not ${a.currency} and ${b.currency}`);
}
