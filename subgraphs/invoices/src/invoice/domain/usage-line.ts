import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { inMinor, rateQuantity, tierSteps, type Rated } from '@tollgate/kernel/rating/rate';
import { priceRater } from '@tollgate/kernel/rating/quantity';
import { minus } from '@tollgate/kernel/rating/ratio';
import type { LinePrice } from './basis.js';

/** A stretch of a period as a price sees it: positions count from the begin of the period. */
export interface PricedStretch {
  readonly price: LinePrice;
  /** Null where the stretch begins with its period. */
  readonly from: Decimal | null;
  readonly to: Decimal;
  /** Whether the period goes on after it: the minimum of the price holds for the end of the period alone. */
  readonly goesOn: boolean;
}

/** What a stretch comes to: R(price at its end) − R(price at its begin), both with the stretch's own price. */
export function ratedUsage({ price, from, to, goesOn }: PricedStretch, currency: Currency): Rated {
  if (!goesOn)
    return rateQuantity(
      { price, quantity: to, ...(from !== null && { alreadyBilledQuantity: from }) },
      currency,
    );
  const rater = priceRater(price);
  const end = rater.position(to);
  const begin = from === null ? null : rater.position(from);
  return {
    exact: begin === null ? end.amount : minus(end.amount, begin.amount),
    minor: inMinor(end.amount, currency) - (begin === null ? 0n : inMinor(begin.amount, currency)),
    tiers: tierSteps(end.tiers, begin?.tiers ?? []),
    included: begin === null ? end.included : minus(end.included, begin.included),
  };
}

/** The same in minor units alone. */
export function usageMinor(stretch: PricedStretch, currency: Currency): bigint {
  return ratedUsage(stretch, currency).minor;
}
