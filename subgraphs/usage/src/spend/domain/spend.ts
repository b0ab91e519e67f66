import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { priceRater } from '@tollgate/kernel/rating/quantity';
import { inMinor } from '@tollgate/kernel/rating/rate';

/** A price for usage, and where its meter stands. */
export interface PricedPosition {
  readonly key: string;
  readonly meterId: string;
  readonly price: Price;
  readonly quantity: Decimal;
}

/** What the usage of one price comes to so far. */
export interface PriceSpend extends Omit<PricedPosition, 'price'> {
  readonly amountMinor: bigint;
}

/** What usage comes to so far: each price is rounded by itself, as its line will be. */
export interface Spend {
  readonly amountMinor: bigint;
  readonly prices: readonly PriceSpend[];
}

/** The money of positions at these prices; minimums count at the end of a period alone. */
export function spendOf(positions: readonly PricedPosition[], currency: Currency): Spend {
  const prices = positions.map(({ price, ...rest }) => ({
    ...rest,
    amountMinor: amountOf(price, rest.quantity, currency),
  }));
  return { prices, amountMinor: prices.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) };
}

function amountOf(price: Price, quantity: Decimal, currency: Currency): bigint {
  switch (price.model) {
    case 'percentage':
    case 'dynamic':
    case 'matrix':
      throw new Error(`a ${price.model} price is not sold for the quantity of a meter`);
    default:
      return inMinor(priceRater(price).amount(quantity), currency);
  }
}
