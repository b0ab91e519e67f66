import { unreachable } from '@tollgate/kernel/assert';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { max, min, type Rational } from '@tollgate/kernel/number/rational';
import { roundTo } from '@tollgate/kernel/number/rounding';
import type {
  Conversion,
  PackagePrice,
  PerUnitPrice,
  QuantityPrice,
  Units,
} from '@tollgate/kernel/price/model';
import { NOTHING, minus, ratioOf, reduced, times, type Ratio } from './ratio.js';
import { graduated, percentTable, tierTable, volume, type TierPart } from './tiers.js';

/** A quantity price, prepared once and then asked for many quantities. All answers are exact. */
export interface QuantityRater {
  /** What the whole quantity of a period costs, at most the price's maximum. A negative quantity costs what 0 costs. */
  amount(quantity: Decimal): Ratio;
  /** Every tier of a graduated price, also empty ones, before the maximum; none for other models. */
  tiers(quantity: Decimal): TierPart[];
  /** Converted units that cost nothing because the price includes them. */
  included(quantity: Decimal): Rational;
}

/** The model alone: what a chargeable quantity (converted, without included units, 0 or more) comes to. */
interface Model {
  amount(quantity: Ratio): Ratio;
  tiers(quantity: Ratio): TierPart[];
}

export function quantityRater(price: QuantityPrice): QuantityRater {
  const units = convertedBy(price);
  const included = ratioOf(price.includedUnits);
  const model = modelOf(price);
  const cap = capAt(price.maximumAmount);
  const chargeable = (quantity: Decimal) => atLeastNothing(minus(units(quantity), included));
  return {
    amount: (quantity) => cap(model.amount(chargeable(quantity))),
    tiers: (quantity) => model.tiers(chargeable(quantity)),
    included: (quantity) => reduced(min(atLeastNothing(units(quantity)), included)),
  };
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
