import { exponentOf, type Currency } from '../money/currency.js';
import { decimal, sumDecimals, type Decimal } from '../number/decimal.js';
import { eventAmount } from './events.js';
import { commitmentAmounts, settledUnits } from './commitment.js';
import { matrixAmount, type NoMatrixPrice } from './matrix.js';
import type { FlatPrice, Price, PriceCase, QuantityPrice } from '../price/model.js';
import { capAt, floorAt, priceRater, type PricePosition } from './quantity.js';
import { NOTHING, minus, ratioOf, roundedTimes, type Ratio } from './ratio.js';
import type { TierPart } from './tiers.js';

/** What a line bills: exact, and rounded at both of its ends, so that the lines of a period sum to its price. */
export interface Rated {
  /** In major units; may be negative. */
  readonly exact: Ratio;
  readonly minor: bigint;
  /** Tiers of a graduated price that hold or charge something, before maximum and minimum. */
  readonly tiers: readonly TierPart[];
  /** Converted units of the quantity that cost nothing because the price includes them. */
  readonly included: Ratio;
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
  const rater = priceRater(price);
  const { amount, tiers, included } = rater.position(quantity);
  const whole = { amount: rater.floor(amount), tiers, included };
  if (alreadyBilledQuantity === undefined) return firstStep(whole, currency);
  return step(whole, rater.position(alreadyBilledQuantity), currency);
}

/** What a line bills where none did before it. */
function firstStep({ amount, tiers, included }: PricePosition, currency: Currency): Rated {
  return { exact: amount, minor: inMinor(amount, currency), tiers: tiers.filter(isCharged), included };
}

const UNBILLED: PricePosition = { amount: NOTHING, tiers: [], included: NOTHING };

/** Prices usage: R(price of the whole) − R(what is already billed). */
export function ratePrice(given: PriceCase, currency: Currency): Rated | NoMatrixPrice {
  const position = positionOf(given);
  if ('reason' in position) return position;
  const { whole, billed } = position;
  const amount = given.final ? floorAt(given.price.minimumAmount)(whole.amount) : whole.amount;
  const { alreadyBilledAmount } = given;
  const before = alreadyBilledAmount === null ? billed.amount : ratioOf(alreadyBilledAmount);
  return step({ ...whole, amount }, { ...billed, amount: before }, currency);
}

/** What a line bills from one position to another. */
function step(whole: PricePosition, billed: PricePosition, currency: Currency): Rated {
  return {
    exact: minus(whole.amount, billed.amount),
    minor: inMinor(whole.amount, currency) - inMinor(billed.amount, currency),
    tiers: tierSteps(whole.tiers, billed.tiers),
    included: minus(whole.included, billed.included),
  };
}

/** The exact price of a cumulative quantity of a period that goes on: at most the maximum, without the minimum. */
export function openPosition(price: QuantityPrice): (quantity: Decimal) => Ratio {
  return priceRater(price).amount;
}

/** R(amount) in minor units. */
export function inMinor(amount: Ratio, currency: Currency): bigint {
  return roundedTimes(amount, minorPerMajor(currency));
}

/** How many minor units a major one has. */
export function minorPerMajor(currency: Currency): bigint {
  return POWERS[exponentOf(currency)] ?? 10n ** BigInt(exponentOf(currency));
}

const POWERS = [1n, 10n, 100n, 1_000n, 10_000n];

/** What the tiers hold and charge beyond what they did before; tiers without a difference are left out. */
export function tierSteps(total: readonly TierPart[], before: readonly TierPart[]): TierPart[] {
  const steps = total.map((part, index): TierPart => {
    const known = before[index];
    if (known === undefined) return part;
    const quantity = minus(part.quantity, known.quantity);
    return {
      tier: part.tier,
      quantity,
      usage: minus(part.usage, known.usage),
      flat: minus(part.flat, known.flat),
    };
  });
  return steps.filter(isCharged);
}

function isCharged({ quantity, usage, flat }: TierPart): boolean {
  return quantity.n !== 0n || usage.n !== 0n || flat.n !== 0n;
}

/** Where the whole stands, and what earlier lines came to as far as it is known by quantity. */
interface Positions {
  readonly whole: PricePosition;
  readonly billed: PricePosition;
}

function positionOf(given: PriceCase): Positions | NoMatrixPrice {
  if ('quantity' in given) {
    const { price, quantity, alreadyBilledQuantity } = given;
    const rater = priceRater(price);
    const billed = alreadyBilledQuantity === null ? UNBILLED : rater.position(alreadyBilledQuantity);
    return { whole: rater.position(quantity), billed };
  }
  if ('amounts' in given) return capped(given.price, eventAmount(given.price, given.amounts));
  if ('usage' in given) {
    const amount = matrixAmount(given.price, given.usage);
    return 'reason' in amount ? amount : capped(given.price, amount);
  }
  if ('windows' in given) {
    const { price, windows } = given;
    const units = settledUnits(price.committedQuantity, windows);
    const { committed, overage, shortfall } = commitmentAmounts(price, units);
    return {
      whole: { ...UNBILLED, amount: ratioOf(sumDecimals([committed, overage, shortfall])) },
      billed: UNBILLED,
    };
  }
  return { whole: priceRater(given.price).position(NONE), billed: UNBILLED };
}

const NONE = decimal('0');

function capped({ maximumAmount }: Price, amount: Ratio): Positions {
  return { whole: { ...UNBILLED, amount: capAt(maximumAmount)(amount) }, billed: UNBILLED };
}
