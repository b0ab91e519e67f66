import { unreachable } from '../assert.js';
import type { Decimal } from '../number/decimal.js';
import { max, min } from '../number/rational.js';
import { roundTo } from '../number/rounding.js';
import type {
  Conversion,
  FlatPrice,
  PackagePrice,
  PerUnitPrice,
  QuantityPrice,
  Units,
} from '../price/model.js';
import { NOTHING, minus, ratioOf, times, type Ratio } from './ratio.js';
import { graduated, percentTable, tierTable, volume, type TierPart } from './tiers.js';

/** Where a quantity stands, exact: at most the price's maximum, without its minimum. */
export interface PricePosition {
  readonly amount: Ratio;
  /** Every tier of a graduated price, also empty ones, before the maximum; none for other models. */
  readonly tiers: readonly TierPart[];
  /** Converted units that cost nothing because the price includes them. */
  readonly included: Ratio;
}

/** A price, prepared once and then asked for many quantities. A negative quantity stands where 0 does. */
export interface PriceRater {
  position(quantity: Decimal): PricePosition;
  /** The amount of the position alone. */
  amount(quantity: Decimal): Ratio;
  /** The amount, or the minimum of the price where that is more: for the last line of a period. */
  floor(amount: Ratio): Ratio;
}

/** The model alone: what a chargeable quantity (converted, without included units, 0 or more) comes to. */
interface Model {
  amount(quantity: Ratio): Ratio;
  tiers(quantity: Ratio): TierPart[];
}

/**
 * A price that is asked again is not prepared again: the invoices of a close have few prices, and preparing one takes
 * ten times as long as asking it. A memo and no state: answers are the same without it.
 */
const PREPARED = new WeakMap<FlatPrice | QuantityPrice, PriceRater>();

/** A price that a quantity, or nothing at all, is priced by. */
export function priceRater(price: FlatPrice | QuantityPrice): PriceRater {
  const known = PREPARED.get(price);
  if (known !== undefined) return known;
  const rater = price.model === 'flat' ? flatRater(price) : quantityRater(price);
  PREPARED.set(price, rater);
  return rater;
}

function quantityRater(price: QuantityPrice): PriceRater {
  const units = convertedBy(price);
  const included = ratioOf(price.includedUnits);
  const model = modelOf(price);
  const cap = capAt(price.maximumAmount);
  const chargeable = (converted: Ratio) => atLeastNothing(minus(converted, included));
  return {
    amount: (quantity) => cap(model.amount(chargeable(units(quantity)))),
    position: (quantity) => {
      const converted = units(quantity);
      const charged = chargeable(converted);
      return {
        amount: cap(model.amount(charged)),
        tiers: model.tiers(charged),
        included: included.n === 0n ? NOTHING : min(atLeastNothing(converted), included),
      };
    },
    floor: floorAt(price.minimumAmount),
  };
}

/** The same whatever the quantity. */
function flatRater({ flatAmount, minimumAmount, maximumAmount }: FlatPrice): PriceRater {
  const amount = capAt(maximumAmount)(ratioOf(flatAmount));
  const position = { amount, tiers: [], included: NOTHING };
  return { amount: () => amount, position: () => position, floor: floorAt(minimumAmount) };
}

/** Keeps amounts at or below the maximum of a price, if it has one. */
export function capAt(maximumAmount: Decimal | null): (amount: Ratio) => Ratio {
  if (maximumAmount === null) return (amount) => amount;
  const maximum = ratioOf(maximumAmount);
  return (amount) => min(amount, maximum);
}

function modelOf(price: QuantityPrice): Model {
  switch (price.model) {
    case 'per_unit':
      return perUnit(price);
    case 'package':
      return packages(price);
    case 'graduated':
      return graduated(tierTable(price.tiers));
    case 'volume':
      return { amount: volume(tierTable(price.tiers)), tiers: () => [] };
    case 'graduated_percentage':
      return graduated(percentTable(price.tiers));
    default:
      return unreachable(price);
  }
}

function perUnit(price: PerUnitPrice): Model {
  const unitAmount = ratioOf(price.unitAmount);
  return { amount: (quantity) => times(quantity, unitAmount), tiers: () => [] };
}

function packages({ packageSize, packageAmount, packageRounding }: PackagePrice): Model {
  const size = ratioOf(packageSize);
  const each = ratioOf(packageAmount);
  const count = ({ n, d }: Ratio): bigint => {
    const [used, whole] = [n * size.d, d * size.n];
    return packageRounding === 'floor' ? used / whole : (used + whole - 1n) / whole;
  };
  return { amount: (quantity) => ({ n: count(quantity) * each.n, d: each.d }), tiers: () => [] };
}

function convertedBy({ conversion }: Units): (quantity: Decimal) => Ratio {
  if (conversion === null) return ratioOf;
  const { decimals, rounding } = conversion;
  const factor = factorOf(conversion);
  return (quantity) => roundTo(times(ratioOf(quantity), factor), decimals, rounding);
}

function factorOf({ multiplyBy, divideBy }: Conversion): Ratio {
  const divisor = ratioOf(divideBy);
  return times(ratioOf(multiplyBy), { n: divisor.d, d: divisor.n });
}

function atLeastNothing(quantity: Ratio): Ratio {
  return quantity.n < 0n ? NOTHING : quantity;
}

/** The greater of the amount and the minimum of a price, if it has one. */
export function floorAt(minimumAmount: Decimal | null): (amount: Ratio) => Ratio {
  if (minimumAmount === null) return (amount) => amount;
  const minimum = ratioOf(minimumAmount);
  return (amount) => max(amount, minimum);
}
