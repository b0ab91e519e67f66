import { addDecimal, decimal, fromRational, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { unreachable } from '@tollgate/kernel/assert';
import type { Price } from '@tollgate/kernel/price/model';
import type { PlanPrice } from '../../catalogue/domain/price.js';
import type { Override } from '../../subscription/domain/contract.js';
import type { Escalator } from './terms.js';

const WHOLE = decimal('100');

/**
 * Prices of a subscription after a rise: each that rises stands in the place of the plan's from then on, its amounts times
 * (100 + percent) ÷ 100, rounded half away from zero to 12 decimals; others stay. Percentages do not rise.
 */
export function escalatedPrices(
  { percent, of }: Escalator,
  prices: readonly Pick<PlanPrice, 'key' | 'meterId' | 'price'>[],
  overrides: readonly Override[],
): readonly Override[] {
  const known = new Map(overrides.map((one) => [one.key, one.price]));
  return prices.flatMap(({ key, meterId, price }): Override[] => {
    const now = known.get(key) ?? price;
    if (of === 'all' || meterId === null) return [{ key, price: raised(now, percent) }];
    return known.has(key) ? [{ key, price: now }] : [];
  });
}

function raised(price: Price, percent: Decimal): Price {
  const factor = rational.div(toRational(addDecimal(WHOLE, percent)), toRational(WHOLE));
  const up = (amount: Decimal): Decimal => fromRational(rational.mul(toRational(amount), factor));
  const perhaps = (amount: Decimal | null) => (amount === null ? null : up(amount));
  const limits = { minimumAmount: perhaps(price.minimumAmount), maximumAmount: perhaps(price.maximumAmount) };
  switch (price.model) {
    case 'flat':
      return { ...price, ...limits, flatAmount: up(price.flatAmount) };
    case 'per_unit':
      return { ...price, ...limits, unitAmount: up(price.unitAmount) };
    case 'graduated':
    case 'volume': {
      const tiers = price.tiers.map((tier) => ({
        ...tier,
        unitAmount: up(tier.unitAmount),
        flatAmount: up(tier.flatAmount),
      }));
      return { ...price, ...limits, tiers };
    }
    case 'graduated_percentage': {
      const tiers = price.tiers.map((tier) => ({ ...tier, flatAmount: up(tier.flatAmount) }));
      return { ...price, ...limits, tiers };
    }
    case 'package':
      return { ...price, ...limits, packageAmount: up(price.packageAmount) };
    case 'percentage':
      return { ...price, ...limits, fixedPerEvent: up(price.fixedPerEvent) };
    case 'matrix': {
      const rows = price.rows.map((row) => ({ ...row, unitAmount: up(row.unitAmount) }));
      return { ...price, ...limits, rows, defaultUnitAmount: perhaps(price.defaultUnitAmount) };
    }
    case 'dynamic':
      return { ...price, ...limits };
    case 'commitment':
      return { ...price, ...limits, unitAmount: up(price.unitAmount) };
    default:
      return unreachable(price);
  }
}
