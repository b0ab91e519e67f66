import { assert, unreachable } from '../assert.js';
import { ceil, floor, rational, round, type Rational } from './rational.js';

/** `ceil` and `floor` go toward plus and minus infinity, also below zero. */
export type RoundingMode = 'none' | 'half_away' | 'ceil' | 'floor';

export const ROUNDING_DECIMALS_MAX = 100;

/** Rounds to a number of decimals; negative decimals round to tens, hundreds, … */
export function roundTo(r: Rational, decimals: number, mode: RoundingMode = 'half_away'): Rational {
  if (mode === 'none') return r;
  const within = Number.isInteger(decimals) && Math.abs(decimals) <= ROUNDING_DECIMALS_MAX;
  assert(within, 'decimals are a small integer');
  const scale = 10n ** BigInt(Math.abs(decimals));
  if (decimals < 0) return rational(toInteger(rational(r.n, r.d * scale), mode) * scale, 1n);
  return rational(toInteger(rational(r.n * scale, r.d), mode), scale);
}

function toInteger(r: Rational, mode: Exclude<RoundingMode, 'none'>): bigint {
  switch (mode) {
    case 'half_away':
      return round(r);
    case 'ceil':
      return ceil(r);
    case 'floor':
      return floor(r);
    default:
      return unreachable(mode);
  }
}
