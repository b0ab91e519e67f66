import { assert } from '../assert.js';

/** An exact fraction in lowest terms; `d` is above zero. Amounts stay rational until a rule says to round. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Rational = { n: 0n, d: 1n };
export const ONE: Rational = { n: 1n, d: 1n };

/** Longer decimals than this do not come from a person or a meter. */
const DECIMAL_TEXT_MAX_CHARS = 256;
const DECIMAL_TEXT = /^(-?)(\d+)(?:\.(\d+))?$/;

/** n ÷ d in lowest terms; d must not be 0. */
export function rational(n: bigint, d: bigint): Rational {
  assert(d !== 0n, 'a fraction has a denominator other than 0');
  if (d === 1n) return { n, d };
  if (d < 0n) return rational(-n, -d);
  const divisor = greatestCommonDivisor(n < 0n ? -n : n, d);
  return divisor === 1n ? { n, d } : { n: n / divisor, d: d / divisor };
}

/** A whole number as a fraction; a `number` must be a safe integer. */
export function fromInteger(value: bigint | number): Rational {
  return { n: BigInt(value), d: 1n };
}

/** The exact value of a decimal text without exponent, of any precision. */
export function fromDecimal(text: string): Rational {
  const match = text.length <= DECIMAL_TEXT_MAX_CHARS ? DECIMAL_TEXT.exec(text) : null;
  assert(match !== null, `not a decimal: ${text.slice(0, 40)}`);
  const [, sign = '', whole = '', decimals = ''] = match;
  return rational(BigInt(`${whole}${decimals}`) * (sign === '-' ? -1n : 1n), 10n ** BigInt(decimals.length));
}

/** The exact sum. */
export function add(a: Rational, b: Rational): Rational {
  if (a.n === 0n) return b;
  if (b.n === 0n) return a;
  return a.d === b.d ? rational(a.n + b.n, a.d) : rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** The exact difference. */
export function sub(a: Rational, b: Rational): Rational {
  if (b.n === 0n) return a;
  return a.d === b.d ? rational(a.n - b.n, a.d) : rational(a.n * b.d - b.n * a.d, a.d * b.d);
}

/** The exact product. */
export function mul(a: Rational, b: Rational): Rational {
  return rational(a.n * b.n, a.d * b.d);
}

/** a ÷ b; b must not be 0. */
export function div(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d, a.d * b.n);
}

/** The number with the other sign. */
export function neg(a: Rational): Rational {
  return { n: -a.n, d: a.d };
}

/** The number without its sign. */
export function abs(a: Rational): Rational {
  return a.n < 0n ? neg(a) : a;
}

/** The exact sum of a list, zero where it is empty. */
export function sum(list: readonly Rational[]): Rational {
  return list.reduce(add, ZERO);
}

/** Below zero when a < b, zero when equal, above zero when a > b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The smaller of two. */
export function min(a: Rational, b: Rational): Rational {
  return compare(b, a) < 0 ? b : a;
}

/** The greater of two. */
export function max(a: Rational, b: Rational): Rational {
  return compare(b, a) > 0 ? b : a;
}

/** Whether it is zero. */
export function isZero(a: Rational): boolean {
  return a.n === 0n;
}

/** Whether it is less than zero. */
export function isNegative(a: Rational): boolean {
  return a.n < 0n;
}

/** The whole part, toward zero. */
export function truncate(a: Rational): bigint {
  return a.n / a.d;
}

/** The greatest integer that is not above a. */
export function floor(a: Rational): bigint {
  const whole = a.n / a.d;
  return a.n < 0n && whole * a.d !== a.n ? whole - 1n : whole;
}

/** The least integer that is not below a. */
export function ceil(a: Rational): bigint {
  return -floor(neg(a));
}

/** The nearest integer; halves go away from zero. */
export function round(a: Rational): bigint {
  const doubled = 2n * (a.n < 0n ? -a.n : a.n) + a.d;
  const magnitude = doubled / (2n * a.d);
  return a.n < 0n ? -magnitude : magnitude;
}

/** Integers up to here are exact as numbers, and their remainders many times faster. */
const NUMBER_MAX = BigInt(Number.MAX_SAFE_INTEGER);

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b > NUMBER_MAX || (b !== 0n && a > NUMBER_MAX)) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  if (b === 0n) return a === 0n ? 1n : a;
  return BigInt(greatestCommonDivisorOfNumbers(Number(a), Number(b)));
}

/** Of integers that numbers hold exactly, the second above 0. */
function greatestCommonDivisorOfNumbers(a: number, b: number): number {
  while (b !== 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
