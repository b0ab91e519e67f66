import { unreachable } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { prorate } from '@tollgate/kernel/money/proration';
import {
  fromRational,
  subDecimal,
  toRational,
  ZERO_DECIMAL,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Period } from '@tollgate/kernel/time/time';
import type { CommitmentPart } from '@tollgate/kernel/rating/commitment';
import { NOTHING } from '@tollgate/kernel/rating/ratio';
import { rateQuantity, type Rated } from '@tollgate/kernel/rating/rate';
import {
  type Charge,
  type CreditCharge,
  type FeeCharge,
  type LateCharge,
  type TrueUpCharge,
  type UsageCharge,
} from './basis.js';
import { isCounted, type LineGroups, type UsagePrice } from './position.js';
import { lineTier, type LineTier } from './line-tier.js';
import { ratedUsage, usageMinor } from './usage-line.js';

/** A charge with its amount, before coupons and taxes. */
export interface RatedLine extends LineGroups {
  readonly id: Id<'lin'>;
  readonly kind: Charge['kind'];
  readonly subscriptionId: string;
  readonly priceId: string;
  /** Of a commitment; absent in lines of other prices. */
  readonly part?: CommitmentPart;
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

/** The price of the plan that a line bills: lines of a commitment have ids of their own, which go on from it. */
export function planPriceId({ priceId, part }: Pick<RatedLine, 'priceId' | 'part'>): string {
  return part === undefined ? priceId : priceId.slice(0, -`/${part}`.length);
}

/** A charge whose line is known without the others. */
export type OwnCharge = Exclude<Charge, TrueUpCharge>;

/** The line of a charge. Its amount is rounded here, once. */
export function ratedLine(charge: OwnCharge, currency: Currency): RatedLine {
  const { price } = charge;
  const rated = rate(charge, currency);
  return {
    ...lineHead(charge),
    description: charge.kind === 'late' ? `${charge.description} (late usage)` : charge.description,
    quantity: lineQuantity(charge),
    includedQuantity: fromRational(rated.included),
    unitAmount: WITHOUT_UNIT.has(charge.kind) ? null : unitAmountOf(price),
    amountMinor: rated.minor,
    tiers: rated.tiers.map((part) => lineTier(price, part)),
    ...(charge.kind === 'usage' && groupsOf(charge)),
  };
}

/** Lines whose amount is not that of a unit. */
const WITHOUT_UNIT = new Set<Charge['kind']>(['late_true_up', 'progressive_credit']);

/** The line of what is missing to a minimum. */
export function trueUpLine(charge: TrueUpCharge, missingMinor: bigint): RatedLine {
  return {
    ...lineHead(charge),
    quantity: charge.quantity,
    includedQuantity: ZERO_DECIMAL,
    unitAmount: null,
    amountMinor: missingMinor,
    tiers: [],
  };
}

function groupsOf({ groups, otherGroups }: LineGroups): LineGroups {
  return { ...(groups !== undefined && { groups }), ...(otherGroups !== undefined && { otherGroups }) };
}

function lineHead(charge: Charge) {
  const { lineId: id, kind, subscriptionId, priceId, key, description, meterId, period, price } = charge;
  const part = price.model === 'commitment' && { part: price.part };
  return { id, kind, subscriptionId, priceId, ...part, key, description, meterId, period };
}

function lineQuantity(charge: OwnCharge): Decimal {
  const { quantity } = charge;
  if (charge.kind === 'usage') {
    const used = subDecimal(quantity, charge.since ?? ZERO_DECIMAL);
    return subDecimal(used, charge.billed?.quantity ?? ZERO_DECIMAL);
  }
  if (charge.kind !== 'late') return quantity;
  const { billedQuantity, since } = charge;
  const now = subDecimal(quantity, since?.now ?? ZERO_DECIMAL);
  return subDecimal(now, subDecimal(billedQuantity, since?.billed ?? ZERO_DECIMAL));
}

/** By how much the price of the latest positions differs from that of the billed ones; all ends are rounded. */
export function lateDifference(
  {
    price,
    quantity,
    billedQuantity,
    since,
    goesOn,
    amounts,
  }: Pick<LateCharge, 'price' | 'quantity' | 'billedQuantity' | 'since' | 'goesOn' | 'amounts'>,
  currency: Currency,
): bigint {
  const head = { price, goesOn: goesOn === true };
  const now = { ...head, to: quantity, from: since?.now ?? null, amounts: amounts?.now };
  const billed = { ...head, to: billedQuantity, from: since?.billed ?? null, amounts: amounts?.billed };
  return usageMinor(now, currency) - usageMinor(billed, currency);
}

type LineAmount = Pick<Rated, 'minor' | 'tiers' | 'included'>;

function rate(charge: OwnCharge, currency: Currency): LineAmount {
  switch (charge.kind) {
    case 'fee':
    case 'charge':
      return rateFee(charge, currency);
    case 'credit':
      return rateCredit(charge);
    case 'one_off':
    case 'top_up':
      return rateQuantity(charge, currency);
    case 'usage':
      return rateUsage(charge, currency);
    case 'late':
      return rateLate(charge, currency);
    case 'late_true_up':
      return { minor: givenBack(charge.differenceMinor, charge), tiers: [], included: NOTHING };
    case 'progressive_credit':
      return { minor: -charge.creditMinor, tiers: [], included: NOTHING };
    default:
      return unreachable(charge);
  }
}

/** The exact price of the period, or the part of it that a shorter one has. */
function rateFee({ price, quantity, part }: FeeCharge, currency: Currency): LineAmount {
  const rated = rateQuantity({ price, quantity }, currency);
  if (part === null) return rated;
  const { minor } = prorate({ type: 'charge', amount: rated.exact, fraction: fractionOf(part) }, currency);
  return { ...rated, minor };
}

function rateCredit({ paidMinor }: CreditCharge): LineAmount {
  return { minor: -paidMinor, tiers: [], included: NOTHING };
}

/** A stretch of a period takes off at most what those before it came to: usage never costs less than nothing. */
function rateUsage(charge: UsageCharge, currency: Currency): LineAmount {
  const { billed } = charge;
  const whole = rateStretch(charge, currency);
  return billed === undefined ? whole : { ...whole, minor: whole.minor - billed.amountMinor, tiers: [] };
}

function rateStretch(charge: UsageCharge, currency: Currency): LineAmount {
  const { price, since, quantity: to, goesOn, earlierMinor, amounts } = charge;
  const stretch = { price, from: since ?? null, to, goesOn: goesOn === true, amounts };
  const rated = ratedUsage(stretch, currency);
  if (earlierMinor === undefined || rated.minor >= -earlierMinor) return rated;
  return { ...rated, minor: -earlierMinor };
}

/** The whole difference is charged; given back is at most what was paid for. */
function rateLate(charge: LateCharge, currency: Currency): LineAmount {
  const { price, quantity, billedQuantity, since } = charge;
  const minor = givenBack(lateDifference(charge, currency), charge);
  if (isCounted(price)) return { minor, tiers: [], included: NOTHING };
  const step = rateQuantity({ price, quantity, alreadyBilledQuantity: billedQuantity }, currency);
  return { ...step, tiers: since === undefined ? step.tiers : [], minor };
}

type Refund = Pick<LateCharge, 'refundableMinor' | 'paid'>;

/** How much of the lines that billed it a difference below zero takes back, before coupons. */
export function takenBack(
  differenceMinor: bigint,
  { refundableMinor }: Pick<Refund, 'refundableMinor'>,
): bigint {
  const wanted = differenceMinor < 0n ? -differenceMinor : 0n;
  return wanted < refundableMinor ? wanted : refundableMinor;
}

/** The whole of a difference is charged; below zero one gets back what one paid. */
function givenBack(differenceMinor: bigint, refund: Refund): bigint {
  if (differenceMinor >= 0n) return differenceMinor;
  const taken = takenBack(differenceMinor, refund);
  if (refund.paid === undefined) return -taken;
  const { numerator, denominator } = fractionOf(refund.paid);
  const share = rational.div(numerator, denominator);
  return -rational.round(rational.mul(rational.fromInteger(taken), share));
}

/** A part as proration takes it. */
export function fractionOf({ numerator, denominator }: NonNullable<FeeCharge['part']>) {
  return { numerator: toRational(numerator), denominator: toRational(denominator) };
}

function unitAmountOf(price: UsagePrice): Decimal | null {
  if (price.model === 'flat') return price.flatAmount;
  return price.model === 'per_unit' || price.model === 'commitment' ? price.unitAmount : null;
}
