import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { prorate } from '@tollgate/kernel/money/proration';
import { fromRational, subDecimal, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Period } from '@tollgate/kernel/time/time';
import { plus } from '../../rating/domain/ratio.js';
import { rateQuantity, type Rated } from '../../rating/domain/rate.js';
import type { TierPart } from '../../rating/domain/tiers.js';
import type { Charge, FeeCharge, LateCharge, LinePrice } from './basis.js';

/** A tier inside a line; exact amounts in major units. */
export interface LineTier {
  readonly tier: number;
  readonly upTo: Decimal | null;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
  readonly amount: Decimal;
}

/** A charge with its amount, before coupons and taxes. */
export interface RatedLine {
  readonly id: Id<'lin'>;
  readonly kind: Charge['kind'];
  readonly subscriptionId: string;
  readonly priceId: string;
  readonly key: string;
  readonly description: string;
  readonly meterId: string | null;
  readonly quantity: Decimal;
  readonly includedQuantity: Decimal;
  /** Null where a unit has no price of its own. */
  readonly unitAmount: Decimal | null;
  readonly amountMinor: bigint;
  readonly period: Period;
  readonly tiers: readonly LineTier[];
}

/** The line of a charge. Its amount is rounded here, once. */
export function ratedLine(charge: Charge, currency: Currency): RatedLine {
  const { price, quantity, period } = charge;
  const { lineId, kind, subscriptionId, priceId, key, meterId } = charge;
  const rated = rate(charge, currency);
  return {
    id: lineId,
    kind,
    subscriptionId,
    priceId,
    key,
    description: kind === 'late' ? `${charge.description} (late usage)` : charge.description,
    meterId,
    quantity: kind === 'late' ? subDecimal(quantity, charge.billedQuantity) : quantity,
    includedQuantity: fromRational(rated.included),
    unitAmount: unitAmountOf(price),
    amountMinor: rated.minor,
    period,
    tiers: rated.tiers.map((part) => lineTier(price, part)),
  };
}

/** By how much the price of the latest position differs from that of the billed one; both ends are rounded. */
export function lateDifference(
  { price, quantity, billedQuantity }: Pick<LateCharge, 'price' | 'quantity' | 'billedQuantity'>,
  currency: Currency,
): bigint {
  return (
    rateQuantity({ price, quantity }, currency).minor -
    rateQuantity({ price, quantity: billedQuantity }, currency).minor
  );
}

type LineAmount = Pick<Rated, 'minor' | 'tiers' | 'included'>;

function rate(charge: Charge, currency: Currency): LineAmount {
  switch (charge.kind) {
    case 'fee':
      return rateFee(charge, currency);
    case 'usage':
      return rateQuantity(charge, currency);
    case 'late':
      return rateLate(charge, currency);
    default:
      return unreachable(charge);
  }
}

/** The exact price of the period, or the part of it that a shorter one has. */
function rateFee({ price, quantity, part }: FeeCharge, currency: Currency): LineAmount {
  const rated = rateQuantity({ price, quantity }, currency);
  if (part === null) return rated;
  const fraction = { numerator: toRational(part.numerator), denominator: toRational(part.denominator) };
  const { minor } = prorate({ type: 'charge', amount: rated.exact, fraction }, currency);
  return { ...rated, minor };
}

/** The whole difference is charged; given back is at most what was paid for. */
function rateLate(charge: LateCharge, currency: Currency): LineAmount {
  const { price, quantity, billedQuantity, refundableMinor } = charge;
  const step = rateQuantity({ price, quantity, alreadyBilledQuantity: billedQuantity }, currency);
  const difference = lateDifference(charge, currency);
  const minor = difference < -refundableMinor ? -refundableMinor : difference;
  return { ...step, minor };
}

function unitAmountOf(price: LinePrice): Decimal | null {
  if (price.model === 'flat') return price.flatAmount;
  return price.model === 'per_unit' ? price.unitAmount : null;
}

const PERCENT = rational.rational(1n, 100n);

function lineTier(price: LinePrice, part: TierPart): LineTier {
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

type GraduatedPrice = Extract<LinePrice, { readonly model: 'graduated' | 'volume' | 'graduated_percentage' }>;

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
