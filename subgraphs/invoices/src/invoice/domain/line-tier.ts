import { assert } from '@tollgate/kernel/assert';
import { fromRational, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { plus } from '@tollgate/kernel/rating/ratio';
import type { TierPart } from '@tollgate/kernel/rating/tiers';
import type { UsagePrice } from './position.js';

/** A tier inside a line; exact amounts in major units. */
export interface LineTier {
  readonly tier: number;
  readonly upTo: Decimal | null;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
  readonly amount: Decimal;
}

const PERCENT = rational.rational(1n, 100n);

/** A tier of a line, as people read it. */
export function lineTier(price: UsagePrice, part: TierPart): LineTier {
  assert(
    price.model === 'graduated' || price.model === 'graduated_percentage',
    'only such prices have parts',
  );
  const [upTo, unitAmount] = tierOf(price, part.tier - 1);
  return {
    tier: part.tier,
    upTo,
    quantity: fromRational(part.quantity),
    unitAmount,
    flatAmount: fromRational(part.flat),
    amount: fromRational(plus(part.usage, part.flat)),
  };
}

type GraduatedPrice = Extract<
  UsagePrice,
  { readonly model: 'graduated' | 'volume' | 'graduated_percentage' }
>;

/** Bound and price of a unit of a tier; of a price on money a unit is one of the currency. */
function tierOf(price: GraduatedPrice, index: number): readonly [Decimal | null, Decimal] {
  if (price.model === 'graduated_percentage') {
    const tier = price.tiers[index];
    assert(tier !== undefined, 'a price has a part per tier');
    return [tier.upTo, fromRational(rational.mul(toRational(tier.ratePercent), PERCENT))];
  }
  const tier = price.tiers[index];
  assert(tier !== undefined, 'a price has a part per tier');
  return [tier.upTo, tier.unitAmount];
}
