import { unreachable } from '../assert.js';
import type { Decimal } from '../number/decimal.js';
import type { EventPrice, PercentagePrice } from '../price/model.js';
import { commonScale, decimalsOf, ratioOf, times, unitsOf, type Ratio } from './ratio.js';

/** Decimals that a percentage adds to an amount. */
const PERCENT_DECIMALS = 2;

/** The exact price of amounts that events carry, in their order, before maximum and minimum. */
export function eventAmount(price: EventPrice, amounts: readonly Decimal[]): Ratio {
  switch (price.model) {
    case 'dynamic':
      return times(ratioOf(price.multiplier), totalOf(amounts));
    case 'percentage':
      return percentageAmount(price, amounts);
    default:
      return unreachable(price);
  }
}

/** Amounts are integers of one scale, costs of a finer one, so that nothing is lost and nothing is reduced. */
interface Scales {
  readonly amount: number;
  readonly cost: number;
}

function percentageAmount(price: PercentagePrice, amounts: readonly Decimal[]): Ratio {
  const scales = scalesOf(price, amounts);
  const eligible = eligibleEvents(price);
  const costOf = costRule(price, scales);
  let free = price.freeAmount === null ? null : unitsOf(price.freeAmount, scales.amount);
  let total = 0n;
  amounts.forEach((text, index) => {
    const amount = unitsOf(text, scales.amount);
    const isEligible = index < eligible;
    const freePart = isEligible ? (free === null || amount < free ? amount : free) : 0n;
    if (free !== null) free -= freePart;
    if (!isEligible || freePart !== amount) total += costOf(amount - freePart);
  });
  return { n: total, d: 10n ** BigInt(scales.cost) };
}

/** How many events from the first on may be free. */
function eligibleEvents({ freeEvents, freeAmount }: PercentagePrice): number {
  if (freeEvents !== null) return freeEvents;
  return freeAmount === null ? 0 : Infinity;
}

/** What an event costs by the part of its amount that is not free: at least the minimum, then at most the maximum. */
function costRule(price: PercentagePrice, scales: Scales): (rest: bigint) => bigint {
  const rate = unitsOf(price.ratePercent, scales.cost - scales.amount - PERCENT_DECIMALS);
  const fixed = unitsOf(price.fixedPerEvent, scales.cost);
  const least = price.minPerEvent === null ? null : unitsOf(price.minPerEvent, scales.cost);
  const most = price.maxPerEvent === null ? null : unitsOf(price.maxPerEvent, scales.cost);
  return (rest) => {
    const cost = rest * rate + fixed;
    const raised = least !== null && cost < least ? least : cost;
    return most !== null && raised > most ? most : raised;
  };
}

function scalesOf(price: PercentagePrice, amounts: readonly Decimal[]): Scales {
  const { fixedPerEvent, freeAmount, minPerEvent, maxPerEvent, ratePercent } = price;
  const given = [fixedPerEvent, freeAmount, minPerEvent, maxPerEvent].flatMap((text) => text ?? []);
  const amount = Math.max(commonScale(amounts), commonScale(given));
  return { amount, cost: amount + decimalsOf(ratePercent) + PERCENT_DECIMALS };
}

function totalOf(amounts: readonly Decimal[]): Ratio {
  const scale = commonScale(amounts);
  const units = amounts.reduce((sum, amount) => sum + unitsOf(amount, scale), 0n);
  return { n: units, d: 10n ** BigInt(scale) };
}
