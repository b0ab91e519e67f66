import type { Basis } from './basis.js';
import { prepaidTaken } from '../../discount/domain/discount.js';
import { couponsOf, linesOf } from './computation.js';
import type { RatedLine } from './line.js';

/** What an invoice draws of what was paid in advance. */
export interface Drawn {
  /** The commitment's. */
  readonly id: string;
  /** Above zero. */
  readonly minor: bigint;
}

/** What the invoice of a basis draws of each commitment, in minor units; together that is what its discount is more by. */
export function drawnBy(basis: Basis, lines: readonly RatedLine[]): readonly Drawn[] {
  if (basis.drawdowns === undefined) return [];
  const { currency } = basis;
  const taken = prepaidTaken(linesOf(basis, lines), couponsOf(basis, lines), currency);
  return taken.filter(({ minor }) => minor > 0n);
}
