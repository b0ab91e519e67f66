import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/currency';
import { toRational, type Decimal } from '@tollgate/kernel/decimal';
import { roundToMoney, subMoney, zero, type Money } from '@tollgate/kernel/money';
import * as rational from '@tollgate/kernel/rational';
import type { Rational } from '@tollgate/kernel/rational';

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

/** What one tier of a price holds and charges, exact, in major units. */
export interface TierPart {
  /** Position, from 1. */
  readonly tier: number;
  readonly quantity: Rational;
  readonly usage: Rational;
  readonly flat: Rational;
}

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
  switch (model.kind) {
    case 'flat':
      return { amount: toRational(model.amount), included: rational.ZERO, tiers: [] };
    case 'per_unit': {
      const units = chargeable(quantity, model.includedUnits);
      return { ...units, amount: rational.mul(units.rest, toRational(model.unitAmount)), tiers: [] };
    }
    case 'graduated': {
      const units = chargeable(quantity, model.includedUnits);
      const tiers = tierParts(model.tiers, units.rest);
      const amounts = tiers.map((part) => rational.add(part.usage, part.flat));
      return { included: units.included, amount: rational.sum(amounts), tiers };
    }
    default:
      return unreachable(model);
  }
}

/** R(P(position)) − R(P(billed)): both ends are rounded, so that any number of lines sums to the price of the whole. */
export function rate(model: PriceModel, position: Position, currency: Currency): RatedLine {
  const total = price(model, position.quantity);
  const before = position.billed === null ? null : price(model, position.billed);
  const amountBefore = before === null ? zero(currency) : roundToMoney(before.amount, currency);
  return {
    amount: subMoney(roundToMoney(total.amount, currency), amountBefore),
    exact: rational.sub(total.amount, before?.amount ?? rational.ZERO),
    included: rational.sub(total.included, before?.included ?? rational.ZERO),
    tiers: tierSteps(total.tiers, before?.tiers ?? []),
  };
}

function chargeable(quantity: Decimal, includedUnits: Decimal): { rest: Rational; included: Rational } {
  const used = rational.max(toRational(quantity), rational.ZERO);
  const included = rational.min(used, toRational(includedUnits));
  return { rest: rational.sub(used, included), included };
}

function tierParts(tiers: readonly Tier[], quantity: Rational): TierPart[] {
  let from = rational.ZERO;
  return tiers.map((tier, index) => {
    const to = tier.upTo === null ? quantity : rational.min(quantity, toRational(tier.upTo));
    const inside = rational.max(rational.sub(to, from), rational.ZERO);
    if (tier.upTo !== null) from = toRational(tier.upTo);
    return {
      tier: index + 1,
      quantity: inside,
      usage: rational.mul(inside, toRational(tier.unitAmount)),
      flat: rational.isZero(inside) ? rational.ZERO : toRational(tier.flatAmount),
    };
  });
}

function tierSteps(total: readonly TierPart[], before: readonly TierPart[]): TierPart[] {
  const steps = total.map((part, index) => {
    const known = before[index];
    if (known === undefined) return part;
    return {
      tier: part.tier,
      quantity: rational.sub(part.quantity, known.quantity),
      usage: rational.sub(part.usage, known.usage),
      flat: rational.sub(part.flat, known.flat),
    };
  });
  return steps.filter(({ quantity, usage, flat }) => ![quantity, usage, flat].every(rational.isZero));
}
