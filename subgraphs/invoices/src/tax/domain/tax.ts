import { decimal, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Currency } from '@tollgate/kernel/money/currency';
import { largestRemainder, money, type Money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';

const PERCENT = toRational(decimal('0.01'));

/** Tax on top of the lines of one rate. */
export interface Tax {
  readonly tax: Money;
  /** The lines' parts in minor units; they sum to the tax. */
  readonly parts: readonly bigint[];
}

/** Exclusive tax: rounded once over the exact tax of all lines, then split over them by largest remainder. */
export function exclusiveTax(linesMinor: readonly bigint[], percent: Decimal, currency: Currency): Tax {
  const factor = rational.mul(toRational(percent), PERCENT);
  const shares = linesMinor.map((minor) => rational.mul(rational.fromInteger(minor), factor));
  const taxMinor = rational.round(rational.sum(shares));
  return { tax: money(taxMinor, currency), parts: largestRemainder(taxMinor, shares) };
}
