import { exponentOf, type Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { isZero, sub, ZERO, type Rational } from '@tollgate/kernel/number/rational';
import { eventAmount } from './events.js';
import { matrixAmount, type NoMatrixPrice } from './matrix.js';
import type { FlatPrice, Metered, Price, PriceCase, QuantityPrice } from '@tollgate/kernel/price/model';
import { capAt, floorAt, quantityRater } from './quantity.js';
import { NOTHING, minus, ratioOf, reduced, roundedTimes, type Ratio } from './ratio.js';
import type { TierPart } from './tiers.js';

/** What a line bills: exact, and rounded at both of its ends, so that the lines of a period sum to its price. */
export interface Rated {
  /** In major units; may be negative. */
  readonly exact: Rational;
  readonly minor: bigint;
  /** Tiers of a graduated price that hold or charge something, before maximum and minimum. */
  readonly tiers: readonly TierPart[];
  /** Converted units of the quantity that cost nothing because the price includes them. */
  readonly included: Rational;
}

/** A quantity of a period that is over, with what an earlier line has of it. */
export interface QuantityCase {
  /** A flat price has no quantity to look at. */
  readonly price: FlatPrice | QuantityPrice;
  readonly quantity: Decimal;
  readonly alreadyBilledQuantity?: Decimal;
}

/** Prices a quantity with the minimum of the price: a line of a period that is over. */
export function rateQuantity(
  { price, quantity, alreadyBilledQuantity }: QuantityCase,
  currency: Currency,
): Rated {
  if (price.model === 'flat') return ratedStep({ price, ...LAST }, flatPosition(price), currency);
  const given = { price, quantity, alreadyBilledQuantity: alreadyBilledQuantity ?? null, ...LAST };
  return ratedStep(given, quantityPosition(given), currency);
}

const LAST = { alreadyBilledAmount: null, final: true } as const;

/** Prices usage: R(price of the whole) − R(what is already billed). */
export function ratePrice(given: PriceCase, currency: Currency): Rated | NoMatrixPrice {
  const position = positionOf(given);
  return 'reason' in position ? position : ratedStep(given, position, currency);
}

function ratedStep(given: PriceCase, position: PricePosition, currency: Currency): Rated {
  const floor = given.final ? floorAt(given.price.minimumAmount) : (amount: Ratio) => amount;
  const total = floor(position.amount);
  const { alreadyBilledAmount } = given;
  const billed = alreadyBilledAmount === null ? position.billed : ratioOf(alreadyBilledAmount);
  return {
    exact: reduced(minus(total, billed)),
    minor: inMinor(total, currency) - inMinor(billed, currency),
    tiers: position.tiers,
    included: position.included,
  };
}

/** The exact price of a cumulative quantity of a period that goes on: at most the maximum, without the minimum. */
export function openPosition(price: QuantityPrice): (quantity: Decimal) => Ratio {
  return quantityRater(price).amount;
}

/** R(amount) in minor units. */
export function inMinor(amount: Ratio, currency: Currency): bigint {
  return roundedTimes(amount, minorPerMajor(currency));
}

export function minorPerMajor(currency: Currency): bigint {
  return 10n ** BigInt(exponentOf(currency));
}

/** What the tiers hold and charge beyond what they did before; tiers without a difference are left out. */
export function tierSteps(total: readonly TierPart[], before: readonly TierPart[]): TierPart[] {
  const steps = total.map((part, index) => {
    const known = before[index];
    if (known === undefined) return part;
    const [quantity, usage] = [sub(part.quantity, known.quantity), sub(part.usage, known.usage)];
    return { tier: part.tier, quantity, usage, flat: sub(part.flat, known.flat) };
  });
  return steps.filter(({ quantity, usage, flat }) => ![quantity, usage, flat].every(isZero));
}

/** The price of the whole before the minimum, and what earlier lines came to as far as it is known by quantity. */
interface PricePosition {
  readonly amount: Ratio;
  readonly billed: Ratio;
  readonly tiers: readonly TierPart[];
  readonly included: Rational;
}

function positionOf(given: PriceCase): PricePosition | NoMatrixPrice {
  if ('quantity' in given) return quantityPosition(given);
  if ('amounts' in given) return capped(given.price, eventAmount(given.price, given.amounts));
  if ('usage' in given) {
    const amount = matrixAmount(given.price, given.usage);
    return 'reason' in amount ? amount : capped(given.price, amount);
  }
  return flatPosition(given.price);
}

function quantityPosition(given: Extract<Metered, { readonly quantity: Decimal }>): PricePosition {
  const { quantity, alreadyBilledQuantity: billed } = given;
  const rater = quantityRater(given.price);
  const included = rater.included(quantity);
  return {
    amount: rater.amount(quantity),
    billed: billed === null ? NOTHING : rater.amount(billed),
    tiers: tierSteps(rater.tiers(quantity), billed === null ? [] : rater.tiers(billed)),
    included: billed === null ? included : sub(included, rater.included(billed)),
  };
}

function flatPosition(price: FlatPrice): PricePosition {
  return capped(price, ratioOf(price.flatAmount));
}

function capped({ maximumAmount }: Price, amount: Ratio): PricePosition {
  return { amount: capAt(maximumAmount)(amount), billed: NOTHING, tiers: [], included: ZERO };
}
