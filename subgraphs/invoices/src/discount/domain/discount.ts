import type { Currency } from '@tollgate/kernel/money/currency';
import { unreachable } from '@tollgate/kernel/assert';
import { toRational } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { minus, NOTHING, plus, times, type Ratio } from '@tollgate/kernel/rating/ratio';
import { inMinorUnits } from '@tollgate/kernel/money/money';
import type { Coupon } from './coupon.js';
import type { Line } from '../../rating/domain/priced-line.js';

const HUNDRED = rational.fromInteger(100n);
const TARGETS = ['line', 'subscription', 'invoice', 'prepaid'] as const;

/**
 * What remains of each line after all coupons, in exact minor units: those on lines first, then on subscriptions,
 * then on the invoice, each on what the ones before it left. Lines that give back are not discounted.
 */
export function discounted(
  lines: readonly Line[],
  coupons: readonly Coupon[],
  currency: Currency,
): readonly Ratio[] {
  return inOrder(coupons).reduce(
    (remaining, coupon) => apply(coupon, { lines, remaining, currency }),
    asPriced(lines),
  );
}

/** Which of the coupons take something off, in the order in which they are applied. */
export function discounting(
  lines: readonly Line[],
  coupons: readonly Coupon[],
  currency: Currency,
): readonly string[] {
  const found: string[] = [];
  let remaining = asPriced(lines);
  for (const coupon of inOrder(coupons)) {
    const after = apply(coupon, { lines, remaining, currency });
    const taken = minus(remaining.reduce(plus, NOTHING), after.reduce(plus, NOTHING));
    if (taken.n > 0n) found.push(coupon.id);
    remaining = after;
  }
  return found;
}

/**
 * What each amount that was paid in advance takes, in minor units. The discount of an invoice is rounded once, so that is
 * by how much the rounded one grows with each.
 */
export function prepaidTaken(
  lines: readonly Line[],
  coupons: readonly Coupon[],
  currency: Currency,
): readonly { readonly id: string; readonly minor: bigint }[] {
  const all = asPriced(lines).reduce(plus, NOTHING);
  const roundedOff = (remaining: readonly Ratio[]) =>
    rational.round(minus(all, remaining.reduce(plus, NOTHING)));
  const others = coupons.filter(({ target }) => target !== 'prepaid');
  let remaining = discounted(lines, others, currency);
  return coupons
    .filter(({ target }) => target === 'prepaid')
    .map((coupon) => {
      const before = roundedOff(remaining);
      remaining = apply(coupon, { lines, remaining, currency });
      return { id: coupon.id, minor: roundedOff(remaining) - before };
    });
}

/** Coupons in the order in which they act: on lines, on subscriptions, on the invoice, and what was paid in advance. */
export function inOrder(coupons: readonly Coupon[]): readonly Coupon[] {
  return TARGETS.flatMap((target) => coupons.filter((coupon) => coupon.target === target));
}

function asPriced(lines: readonly Line[]): readonly Ratio[] {
  return lines.map(({ amount }) => rational.fromInteger(amount.minor));
}

interface Discounting {
  readonly lines: readonly Line[];
  /** Of each line, exact, in minor units. */
  readonly remaining: readonly Ratio[];
  readonly currency: Currency;
}

/** Takes the coupon off its lines in proportion to what remains of them; nothing is rounded. */
function apply(coupon: Coupon, { lines, remaining, currency }: Discounting): readonly Ratio[] {
  const eligible = remaining.map((rest, index) =>
    isInScope(coupon, lines[index]) && rest.n > 0n ? rest : NOTHING,
  );
  const base = eligible.reduce(plus, NOTHING);
  if (base.n === 0n) return [...remaining];
  const share = shareOf(coupon, base, currency);
  return remaining.map((rest, index) => minus(rest, times(eligible[index] ?? NOTHING, share)));
}

/** The part of what remains that the coupon takes; at most all of it. */
function shareOf(coupon: Coupon, base: Ratio, currency: Currency): Rational {
  if ('percent' in coupon) return rational.div(toRational(coupon.percent), HUNDRED);
  return rational.div(rational.min(inMinorUnits(toRational(coupon.amount), currency), base), base);
}

function isInScope(coupon: Coupon, line: Line | undefined): boolean {
  if (line === undefined) return false;
  switch (coupon.target) {
    case 'line':
    case 'prepaid':
      return coupon.lineIds.includes(line.id);
    case 'subscription':
      return coupon.subscription === line.subscription;
    case 'invoice':
      return true;
    default:
      return unreachable(coupon);
  }
}
