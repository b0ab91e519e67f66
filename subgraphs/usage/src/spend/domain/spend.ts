import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { capAt, priceRater } from '@tollgate/kernel/rating/quantity';
import { inMinor } from '@tollgate/kernel/rating/rate';
import { ratioOf } from '@tollgate/kernel/rating/ratio';

/** A price for usage, and where its meter stands. */
export interface PricedPosition {
  readonly key: string;
  readonly meterId: string;
  readonly price: Price;
  readonly quantity: Decimal;
  /** What it comes to before the price's maximum, where usage prices it as it counts; null where the quantity is priced. */
  readonly counted: Decimal | null;
  /** Of a commitment, what its lines come to: each is rounded by itself. */
  readonly parts?: readonly { readonly amount: Decimal }[];
}

/** What the usage of one price comes to so far. */
export interface PriceSpend extends Omit<PricedPosition, 'price' | 'counted' | 'parts'> {
  readonly amountMinor: bigint;
}

/** What usage comes to so far: each price is rounded by itself, as its line will be. */
export interface Spend {
  readonly amountMinor: bigint;
  readonly prices: readonly PriceSpend[];
}

/** The money of positions at these prices; minimums count at the end of a period alone. */
export function spendOf(positions: readonly PricedPosition[], currency: Currency): Spend {
  const prices = positions.map(({ price, counted, parts = [], ...rest }) => ({
    ...rest,
    amountMinor: amountOf({ price, counted, parts, quantity: rest.quantity }, currency),
  }));
  return { prices, amountMinor: prices.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) };
}

type Amount = Required<Pick<PricedPosition, 'price' | 'counted' | 'quantity' | 'parts'>>;

function amountOf({ price, counted, quantity, parts }: Amount, currency: Currency): bigint {
  switch (price.model) {
    case 'percentage':
    case 'dynamic':
    case 'matrix':
      return counted === null ? 0n : inMinor(capAt(price.maximumAmount)(ratioOf(counted)), currency);
    case 'commitment':
      return parts.reduce((sum, { amount }) => sum + inMinor(ratioOf(amount), currency), 0n);
    default:
      return inMinor(priceRater(price).amount(quantity), currency);
  }
}
