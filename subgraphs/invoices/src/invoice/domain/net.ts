import { largestRemainder } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { minus, NOTHING, reduced } from '@tollgate/kernel/rating/ratio';
import type { Basis } from './basis.js';
import { amountsOf, ratesOn, type Computation, type Line } from './computation.js';

/** What is earned with a line: after coupons, without tax. In minor units. */
export interface NetLine {
  readonly line: Line;
  readonly minor: bigint;
  /** The line's share before it was rounded. */
  readonly exact: Rational;
}

interface Computed extends Computation {
  readonly basis: Basis;
}

/** The net of an invoice, split over its lines by largest remainder. */
export function netLinesOf({ basis, lines, totals }: Computed): readonly NetLine[] {
  if (isPlain(basis))
    return lines.map((line) => ({
      line,
      minor: line.amountMinor,
      exact: rational.fromInteger(line.amountMinor),
    }));
  const shares = exactShares(basis);
  const parts = largestRemainder(totals.totalMinor - totals.taxMinor, shares);
  return lines.map((line, index) => ({
    line,
    minor: parts[index] ?? 0n,
    exact: shares[index] ?? rational.ZERO,
  }));
}

/** Nothing is taken off lines, and no tax is inside of them. */
function isPlain(basis: Basis): boolean {
  if (basis.coupons !== undefined || basis.drawdowns !== undefined) return false;
  return ratesOn(basis).every(({ inclusive }) => !inclusive);
}

function exactShares(basis: Basis): readonly Rational[] {
  const { lines, taxes } = amountsOf(basis);
  const inclusive = taxes.filter(({ rate }) => rate.inclusive === true);
  return lines.map(({ discountedMinor }, index) =>
    reduced(inclusive.reduce((rest, { exact }) => minus(rest, exact[index] ?? NOTHING), discountedMinor)),
  );
}

/** The net of a part of lines: what was credited of them. Where shares come to less or more, round after round takes part. */
export function splitNote(
  netMinor: bigint,
  items: readonly { readonly lineId: string; readonly amountMinor: bigint }[],
  nets: readonly NetLine[],
): readonly bigint[] {
  const byId = new Map(nets.map((net) => [net.line.id as string, net]));
  const shares = items.map(({ lineId, amountMinor }) => {
    const net = byId.get(lineId);
    if (net === undefined || net.line.amountMinor === 0n) return rational.ZERO;
    return rational.mul(rational.rational(amountMinor, net.line.amountMinor), net.exact);
  });
  const whole = shares.map(rational.truncate);
  const missing = netMinor - whole.reduce((sum, part) => sum + part, 0n);
  // Whole rounds first: a unit of them goes to every part.
  const rounds = shares.length === 0 ? 0n : missing / BigInt(shares.length);
  const parts = largestRemainder(netMinor - rounds * BigInt(shares.length), shares);
  return parts.map((part) => part + rounds);
}
