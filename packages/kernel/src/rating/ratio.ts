import { assert } from '../assert.js';
import { decimalFromUnits, type Decimal } from '../number/decimal.js';
import { rational, type Rational } from '../number/rational.js';

/**
 * An exact fraction that is not kept in lowest terms; `d` is above zero. Rating adds and multiplies by the million, and
 * finding common divisors each time would cost more than all the rest: `reduced` does it once, for results.
 */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

export const NOTHING: Ratio = { n: 0n, d: 1n };

/** The same in lowest terms. */
export function reduced({ n, d }: Ratio): Rational {
  return rational(n, d);
}

/** a + b. */
export function plus(a: Ratio, b: Ratio): Ratio {
  return a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

/** a − b. */
export function minus(a: Ratio, b: Ratio): Ratio {
  return a.d === b.d ? { n: a.n - b.n, d: a.d } : { n: a.n * b.d - b.n * a.d, d: a.d * b.d };
}

/** a × b. */
export function times(a: Ratio, b: Ratio): Ratio {
  return { n: a.n * b.n, d: a.d * b.d };
}

/** Rounded half away from zero after scaling: with a power of ten, to minor units. */
export function roundedTimes({ n, d }: Ratio, factor: bigint): bigint {
  const scaled = n * factor;
  if (d === 1n) return scaled;
  const magnitude = (2n * (scaled < 0n ? -scaled : scaled) + d) / (2n * d);
  return scaled < 0n ? -magnitude : magnitude;
}

/** How many decimals a canonical decimal text has. */
export function decimalsOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** The decimal as an integer of 10^−scale; it has no more decimals than that. */
export function unitsOf(text: string, scale: number): bigint {
  const point = text.indexOf('.');
  if (point < 0) return scale === 0 ? BigInt(text) : BigInt(text + '0'.repeat(scale));
  const digits = text.slice(0, point) + text.slice(point + 1);
  return BigInt(digits + '0'.repeat(scale - (text.length - point - 1)));
}

/** The decimal as a fraction over a power of ten. */
export function ratioOf(text: string): Ratio {
  const scale = decimalsOf(text);
  return { n: unitsOf(text, scale), d: 10n ** BigInt(scale) };
}

/** Most decimals of any of the texts: the scale on which all of them are integers. */
export function commonScale(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, decimalsOf(text)), 0);
}

/** A fraction over a power of ten as a decimal, exactly. */
export function decimalOfRatio({ n, d }: Ratio): Decimal {
  const digits = d.toString();
  assert(/^10*$/.test(digits), 'the fraction is over a power of ten');
  return decimalFromUnits(n, digits.length - 1);
}
