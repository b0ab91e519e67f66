import type { Currency } from '@tollgate/kernel/money/currency';
import { assert } from '@tollgate/kernel/assert';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { inMinor, rateQuantity, tierSteps, type Rated } from '@tollgate/kernel/rating/rate';
import { capAt, floorAt, priceRater } from '@tollgate/kernel/rating/quantity';
import type { Limits } from '@tollgate/kernel/price/model';
import { minus, NOTHING, ratioOf } from '@tollgate/kernel/rating/ratio';
import { type LinePrice } from './basis.js';
import { isCounted, type CountedAmounts, type UsagePrice } from './position.js';

/** A stretch of a period as a price sees it: positions count from the begin of the period. */
export interface PricedStretch {
  readonly price: UsagePrice;
  /** Null where the stretch begins with its period. */
  readonly from: Decimal | null;
  readonly to: Decimal;
  /** Of a price that usage counts. */
  readonly amounts?: CountedAmounts | undefined;
  /** Whether the period goes on after it: the minimum of the price holds for the end of the period alone. */
  readonly goesOn: boolean;
}

/** What a stretch comes to: R(price at its end) − R(price at its begin), both with the stretch's own price. */
export function ratedUsage(stretch: PricedStretch, currency: Currency): Rated {
  const { price, from, to, goesOn, amounts } = stretch;
  if (isCounted(price)) {
    assert(amounts !== undefined, 'usage says what a price that it counts comes to');
    return ratedAmounts(price, amounts, { goesOn, currency });
  }
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

/** Whether a quantity, or nothing at all, is priced. */
export function isLinePrice(price: UsagePrice): price is LinePrice {
  return !isCounted(price);
}

function ratedAmounts(
  { minimumAmount, maximumAmount }: Limits,
  { from, to }: CountedAmounts,
  { goesOn, currency }: { readonly goesOn: boolean; readonly currency: Currency },
): Rated {
  const cap = capAt(maximumAmount);
  const open = cap(ratioOf(to));
  const end = goesOn ? open : floorAt(minimumAmount)(open);
  const begin = from === null ? NOTHING : cap(ratioOf(from));
  const minor = inMinor(end, currency) - inMinor(begin, currency);
  return { exact: minus(end, begin), minor, tiers: [], included: NOTHING };
}

/** The same in minor units alone. */
export function usageMinor(stretch: PricedStretch, currency: Currency): bigint {
  return ratedUsage(stretch, currency).minor;
}
