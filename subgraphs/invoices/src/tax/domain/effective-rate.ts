import { toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { times, type Ratio } from '@tollgate/kernel/rating/ratio';

const HUNDRED = rational.fromInteger(100n);

/** The rates that act together on one amount as fractions of its net; a compound one taxes those before it. */
export function effectiveRates(
  rates: readonly { readonly percent: Decimal; readonly compound: boolean }[],
): Rational[] {
  let before = rational.ZERO;
  return rates.map(({ percent, compound }) => {
    const plain = rational.div(toRational(percent), HUNDRED);
    const effective = compound ? rational.mul(plain, rational.add(rational.ONE, before)) : plain;
    before = rational.add(before, effective);
    return effective;
  });
}

/** The exact tax of each rate on an amount: on top of it, or (inclusive) the part of it that is tax. */
export function exactTaxes(
  amount: Ratio,
  rates: readonly Rational[],
  pricing: 'exclusive' | 'inclusive',
): Ratio[] {
  const net =
    pricing === 'exclusive' ? amount : rational.div(amount, rational.add(rational.ONE, rational.sum(rates)));
  return rates.map((rate) => times(net, rate));
}
