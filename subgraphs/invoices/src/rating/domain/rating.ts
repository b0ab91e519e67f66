import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import { money, type Money } from '@tollgate/kernel/money/money';
import { ZERO, sub, type Rational } from '@tollgate/kernel/number/rational';
import type { QuantityPrice } from '@tollgate/kernel/price/model';
import { quantityRater, type QuantityRater } from './quantity.js';
import { inMinor, tierSteps } from './rate.js';
import { reduced } from './ratio.js';
import type { TierPart } from './tiers.js';

/** A step of a graduated price: (upTo of the tier before, upTo]. The last one is without end (null). */
export interface Tier {
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  /** Charged once when a unit reaches the tier. */
  readonly flatAmount: Decimal;
}

/** How a quantity becomes an amount. Amounts are in major units; included units come off before the model. */
export type PriceModel =
  | { readonly kind: 'flat'; readonly amount: Decimal }
  | { readonly kind: 'per_unit'; readonly unitAmount: Decimal; readonly includedUnits: Decimal }
  | { readonly kind: 'graduated'; readonly tiers: readonly Tier[]; readonly includedUnits: Decimal };

/** An exact price before any rounding. */
export interface Priced {
  readonly amount: Rational;
  /** Units that the price includes and the quantity used up. */
  readonly included: Rational;
  /** Every tier of a graduated price, also empty ones. */
  readonly tiers: readonly TierPart[];
}

/** What a line bills: the step from the position that was billed to the cumulative one. */
export interface RatedLine {
  readonly amount: Money;
  readonly exact: Rational;
  readonly included: Rational;
  /** Tiers that hold or charge something. */
  readonly tiers: readonly TierPart[];
}

/** A cumulative position of a period; `billed` is null where no line was billed for it yet (a zero line is '0'). */
export interface Position {
  readonly quantity: Decimal;
  readonly billed: Decimal | null;
}

/** P: the exact price of the whole quantity of a period. A negative quantity prices as 0. */
export function price(model: PriceModel, quantity: Decimal): Priced {
  if (model.kind === 'flat') return { amount: toRational(model.amount), included: ZERO, tiers: [] };
  return priced(quantityRater(quantityPriceOf(model)), quantity);
}

/** R(P(position)) − R(P(billed)): both ends are rounded, so that any number of lines sums to the price of the whole. */
export function rate(model: PriceModel, { quantity, billed }: Position, currency: Currency): RatedLine {
  const before = billed === null ? null : price(model, billed);
  const total = price(model, quantity);
  const billedMinor = before === null ? 0n : inMinor(before.amount, currency);
  return {
    amount: money(inMinor(total.amount, currency) - billedMinor, currency),
    exact: sub(total.amount, before?.amount ?? ZERO),
    included: sub(total.included, before?.included ?? ZERO),
    tiers: tierSteps(total.tiers, before?.tiers ?? []),
  };
}

function priced(rater: QuantityRater, quantity: Decimal): Priced {
  const amount = reduced(rater.amount(quantity));
  return { amount, included: rater.included(quantity), tiers: rater.tiers(quantity) };
}

/** What plans sell today says nothing of conversions, minimum and maximum. */
const PLAIN = { conversion: null, minimumAmount: null, maximumAmount: null };

function quantityPriceOf(model: Exclude<PriceModel, { kind: 'flat' }>): QuantityPrice {
  const { includedUnits } = model;
  switch (model.kind) {
    case 'per_unit':
      return { model: 'per_unit', unitAmount: model.unitAmount, includedUnits, ...PLAIN };
    case 'graduated': {
      const tiers = model.tiers.map((tier) => ({ ...tier, flatAtZero: false }));
      return { model: 'graduated', tiers, includedUnits, ...PLAIN };
    }
    default:
      return unreachable(model);
  }
}
