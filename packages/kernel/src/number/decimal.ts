import { assert } from '../assert.js';
import { rational, round, type Rational } from './rational.js';

declare const brand: unique symbol;

/** A canonical decimal text: no exponent, no plus, no leading or trailing zeros, no `-0`. Equal values are equal texts. */
export type Decimal = string & { readonly [brand]: 'Decimal' };

export const DECIMAL_INTEGER_DIGITS_MAX = 38;
export const DECIMAL_DECIMALS_MAX = 18;

/** Derived decimals are exact, so they may be longer than what callers may send. */
const DERIVED_MAX_CHARS = 256;
const EXACT_DECIMALS_MAX = 12;
const DECIMAL_TEXT = /^(-?)(\d+)(?:\.(\d+))?$/;

interface Unscaled {
  readonly units: bigint;
  readonly scale: number;
}

/** A caller's decimal: null if it is not plain digits or longer than 38 integer digits and 18 decimals. */
export function parseDecimal(text: string): Decimal | null {
  if (text.length > DERIVED_MAX_CHARS) return null;
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return null;
  const whole = (match[2] ?? '').replace(/^0+/, '');
  const decimals = (match[3] ?? '').replace(/0+$/, '');
  if (whole.length > DECIMAL_INTEGER_DIGITS_MAX || decimals.length > DECIMAL_DECIMALS_MAX) return null;
  return canonical({ units: BigInt(`${match[1] ?? ''}0${whole}${decimals}`), scale: decimals.length });
}

/** A decimal we wrote ourselves; anything else is a bug. */
export function decimal(text: string): Decimal {
  assert(text.length <= DERIVED_MAX_CHARS && DECIMAL_TEXT.test(text), `not a decimal: ${text.slice(0, 40)}`);
  return canonical(unscaled(text));
}

/** A whole number, exactly. */
export function decimalFromInteger(value: bigint): Decimal {
  return canonical({ units: value, scale: 0 });
}

/** units × 10^−scale. */
export function decimalFromUnits(units: bigint, scale: number): Decimal {
  assert(Number.isInteger(scale) && scale >= 0, 'a scale counts decimals');
  return canonical({ units, scale });
}

/** The exact sum. */
export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return canonical({ units: x + y, scale });
}

/** The exact difference. */
export function subDecimal(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return canonical({ units: x - y, scale });
}

/** Exact; the decimals of both factors add up. */
export function mulDecimal(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [unscaled(a), unscaled(b)];
  return canonical({ units: x.units * y.units, scale: x.scale + y.scale });
}

/** The number with the other sign. */
export function negDecimal(a: Decimal): Decimal {
  const { units, scale } = unscaled(a);
  return canonical({ units: -units, scale });
}

/** The exact sum of a list, zero where it is empty. */
export function sumDecimals(list: readonly Decimal[]): Decimal {
  return list.reduce(addDecimal, ZERO_DECIMAL);
}

/** Below zero when a < b, zero when equal, above zero when a > b. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  if (a === b) return 0;
  // Of two that are not below zero the one with more digits before the point is greater, without any arithmetic.
  const longer = isNegative(a) || isNegative(b) ? 0 : wholeDigits(a) - wholeDigits(b);
  if (longer !== 0) return Math.sign(longer);
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The smaller of two. */
export function minDecimal(a: Decimal, b: Decimal): Decimal {
  return compareDecimal(b, a) < 0 ? b : a;
}

/** The greater of two. */
export function maxDecimal(a: Decimal, b: Decimal): Decimal {
  return compareDecimal(b, a) > 0 ? b : a;
}

/** Whether it is less than zero. */
export function isNegative(a: Decimal): boolean {
  return a.startsWith('-');
}

/** Whether it is zero, whatever its scale. */
export function isZero(a: Decimal): boolean {
  return a === '0';
}

/** The same number as a fraction. */
export function toRational(a: Decimal): Rational {
  const { units, scale } = unscaled(a);
  return rational(units, 10n ** BigInt(scale));
}

/** Decimals by their denominator: most results have one of these, and need no division. */
const SCALES: ReadonlyMap<bigint, number> = new Map(
  Array.from({ length: EXACT_DECIMALS_MAX + 1 }, (_, scale) => [10n ** BigInt(scale), scale]),
);

/** Rounded half away from zero to at most 12 decimals, the precision in which exact results are shown. */
export function fromRational(r: Rational, decimals: number = EXACT_DECIMALS_MAX): Decimal {
  const within = Number.isInteger(decimals) && decimals >= 0 && decimals <= EXACT_DECIMALS_MAX;
  assert(within, 'a result has 0 to 12 decimals');
  const scale = SCALES.get(r.d);
  if (scale !== undefined && scale <= decimals) return canonical({ units: r.n, scale });
  return canonical({ units: round({ n: r.n * 10n ** BigInt(decimals), d: r.d }), scale: decimals });
}

const ZERO_CODE = 48;

function wholeDigits(text: Decimal): number {
  const point = text.indexOf('.');
  return point < 0 ? text.length : point;
}

function unscaled(text: string): Unscaled {
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
}

function aligned(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const [x, y] = [unscaled(a), unscaled(b)];
  const scale = Math.max(x.scale, y.scale);
  return [x.units * 10n ** BigInt(scale - x.scale), y.units * 10n ** BigInt(scale - y.scale), scale];
}

function canonical({ units, scale }: Unscaled): Decimal {
  if (units === 0n) return '0' as Decimal;
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO_CODE) end -= 1;
  const whole = `${sign}${digits.slice(0, point)}`;
  return (end === point ? whole : `${whole}.${digits.slice(point, end)}`) as Decimal;
}

export const ZERO_DECIMAL: Decimal = canonical({ units: 0n, scale: 0 });
export const ONE_DECIMAL: Decimal = canonical({ units: 1n, scale: 0 });
