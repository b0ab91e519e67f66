import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { PriceFilter } from '@tollgate/kernel/price/filter';
import type { FlatPrice, QuantityPrice } from '@tollgate/kernel/price/model';
import type { Instant, Period, TimeZone } from '@tollgate/kernel/time/time';
import type { AppliedCoupon } from '../../discount/domain/applied.js';
import type { PaymentTerms } from './due.js';
import type { InvoiceTax } from '../../tax/domain/invoice-tax.js';
import { isFor, type JointPart } from './joint.js';
import {
  positionOf,
  type CountedAmounts,
  type LineGroups,
  type Positions,
  type UsagePrice,
} from './position.js';
import type { TopUpTerms } from './top-up.js';

/** The rules that amounts are computed by; an invoice names those it was computed with. */
export const RATING_RULES = 2;

/** Most lines of one invoice: 5,000 prices in a currency, each used, given back, charged and billed ahead, and late lines. */
export const LINES_MAX = 50_000;

/** A price that a quantity, or nothing at all, is priced by. */
export type LinePrice = FlatPrice | QuantityPrice;

/** One price of a subscription over one period, as it was known when the invoice was computed. */
interface ChargeHead<P extends UsagePrice = LinePrice> {
  readonly lineId: Id<'lin'>;
  /** Empty where no subscription caused it. */
  readonly subscriptionId: string;
  readonly priceId: string;
  /** The plan's name for the price. */
  readonly key: string;
  readonly description: string;
  readonly meterId: string | null;
  readonly meterCode: string | null;
  readonly price: P;
  /** Which of the meter's usage it is of; absent where it is all of it. */
  readonly filter?: PriceFilter;
  readonly period: Period;
  /** Of usage: cumulative, from the start of the period. Of a fee: the subscription's, 1 where the price is flat. */
  readonly quantity: Decimal;
}

/** Part of a whole, unreduced. */
export interface Part {
  readonly numerator: Decimal;
  readonly denominator: Decimal;
}

/** A fee in advance; `part` is what a period that is cut short has of a whole one. */
export interface FeeCharge extends ChargeHead {
  /** `charge`: for the rest of a period whose terms changed. */
  readonly kind: 'fee' | 'charge';
  readonly part: Part | null;
  /** Of an add-on, and not of the plan. */
  readonly addon?: true;
  /** The whole period that the part is of; absent where it is the charge's own, and in what earlier releases wrote. */
  readonly full?: Period;
}

/** What is unused of a fee that an invoice billed. */
export interface CreditCharge extends ChargeHead {
  readonly kind: 'credit';
  readonly of: { readonly invoiceId: string; readonly lineId: string };
  /** How much of the line's amount is given back, before coupons. */
  readonly takenMinor: bigint;
  /** What of that was paid: the amount of this line is its negative. */
  readonly paidMinor: bigint;
  /** How the line that it credits was taxed; absent where that is as the others of this invoice are. */
  readonly tax?: InvoiceTax;
}

/** Usage of a stretch that is over. */
export interface UsageCharge extends ChargeHead<UsagePrice>, LineGroups {
  readonly kind: 'usage';
  /** Of a price that usage counts. */
  readonly amounts?: CountedAmounts;
  /** The position at which the stretch begins; absent where that is the begin of the period. */
  readonly since?: Decimal;
  /** Whether the period goes on: then the price's minimum does not hold yet. */
  readonly goesOn?: true;
  /** What earlier stretches of the period came to, where there are any: the line takes off at most that. */
  readonly earlierMinor?: bigint;
  /** What was billed of the stretch before, while it goes on: the line bills what is beyond that. */
  readonly billed?: BilledSoFar;
}

/** What threshold invoices of a stretch have billed of a price. */
export interface BilledSoFar {
  readonly quantity: Decimal;
  readonly amountMinor: bigint;
}

/** Threshold invoices of a stretch, taken off the invoice that bills it in full. */
export interface ProgressiveCreditCharge extends ChargeHead {
  readonly kind: 'progressive_credit';
  /** What their lines came to after coupons; this one's amount is its negative. */
  readonly creditMinor: bigint;
}

/** What the usage of a stretch differs by from what invoices billed of it. */
export interface LateCharge extends ChargeHead<UsagePrice> {
  readonly kind: 'late';
  /** Of a price that usage counts. */
  readonly amounts?: { readonly now: CountedAmounts; readonly billed: CountedAmounts };
  /** The position that is billed so far. */
  readonly billedQuantity: Decimal;
  /** Positions at which the stretch begins, now and as billed; absent where that is the begin of the period. */
  readonly since?: { readonly now: Decimal; readonly billed: Decimal };
  readonly goesOn?: true;
  /** What may be given back at most: what lines that still stand billed and have not given back. */
  readonly refundableMinor: bigint;
  /** The part of what those lines billed that was paid, after coupons; absent where that is all. */
  readonly paid?: Part;
}

/** What is missing to the minimum of a stretch; without a line where nothing is. */
export interface TrueUpCharge extends ChargeHead {
  readonly kind: 'true_up';
  /** What the stretch has of the whole period. */
  readonly part: Part;
  /** What counts toward it besides the usage of the stretch. */
  readonly fees: readonly { readonly price: LinePrice; readonly quantity: Decimal }[];
}

/** By how much what a stretch lacks to its minimum differs from what was billed of that, after late usage. */
export interface LateTrueUpCharge extends ChargeHead {
  readonly kind: 'late_true_up';
  readonly differenceMinor: bigint;
  readonly refundableMinor: bigint;
  readonly paid?: Part;
}

/** A charge that the tenant made itself. */
export interface OneOffCharge extends ChargeHead {
  readonly kind: 'one_off';
}

/** Wallet credit that is bought: it is there once the invoice is paid. */
export interface TopUpCharge extends ChargeHead {
  readonly kind: 'top_up';
  readonly grant: TopUpTerms;
  /** It was made by itself. */
  readonly automatic?: true;
}

export type Charge =
  | FeeCharge
  | CreditCharge
  | UsageCharge
  | LateCharge
  | TrueUpCharge
  | LateTrueUpCharge
  | ProgressiveCreditCharge
  | OneOffCharge
  | TopUpCharge;

/** A charge of an invoice that is not made yet. */
export type ChargeOf<C> = C extends unknown ? Omit<C, 'lineId'> : never;
export type ChargePlan = ChargeOf<Charge>;

/** A coupon on an invoice. */
export interface BasisCoupon extends Pick<
  AppliedCoupon,
  'id' | 'value' | 'target' | 'keys' | 'subscriptionId'
> {
  /** On a joint invoice, the billing period of its subscription that the invoice belongs to; else absent. */
  readonly period?: number;
}

/** What may be drawn of an amount that was paid in advance, for the usage of these lines. */
export interface BasisDrawdown {
  /** The commitment's. */
  readonly id: string;
  readonly availableMinor: bigint;
  readonly lineIds: readonly string[];
}

/** Everything an invoice is computed from: anybody who has it can compute the invoice again. */
export interface Basis {
  readonly rules: typeof RATING_RULES;
  /**
   * What caused it: a start, the close of a period, other terms inside one, usage after the last close, a charge, wallet credit
   * that is bought, or usage that passed a threshold inside a period.
   */
  readonly origin: 'start' | 'close' | 'change' | 'late' | 'charge' | 'top_up' | 'threshold';
  /** Number of the subscription's bill; absent in what earlier releases wrote, and of late usage alone. */
  readonly bill?: number;
  /** Number of the bill since which the terms of its fees are in force; absent where that is the first. */
  readonly since?: number;
  /** Lines of other invoices that it gives back, or whose unused part comes to nothing: they are spent. */
  readonly spent?: readonly string[];
  /** Coupons that are on it, in the order in which they were applied; absent where none are. */
  readonly coupons?: readonly BasisCoupon[];
  /** What was paid for its usage in advance, the oldest first; absent where nothing was. */
  readonly drawdowns?: readonly BasisDrawdown[];
  /** The billing period of its subscription that it belongs to; absent where that does not matter. */
  readonly paidPeriod?: number;
  readonly customerId: string;
  /** Who pays it, where that is another customer than the one it bills. */
  readonly payerId?: string;
  readonly customerRevision: number;
  readonly country: string;
  /** Null for what no subscription caused, and where several share the invoice. */
  readonly subscriptionId: string | null;
  readonly planVersionId: string | null;
  /** Subscriptions that share the invoice, in the order in which they were made; absent where none do. */
  readonly joint?: readonly JointPart[];
  readonly currency: Currency;
  readonly period: Period;
  readonly charges: readonly Charge[];
  /** As the customer's facts were when the invoice was created. */
  readonly tax: InvoiceTax;
  readonly settingsRevision: number;
  /** Where the customer's days begin and end, for what is earned by the day; absent where that is UTC, and in what earlier releases wrote. */
  readonly timeZone?: TimeZone;
  readonly payment?: PaymentTerms;
}

/** Who pays an invoice: whose credit and whose payment methods are used. */
export function payerOf({ customerId, payerId }: Pick<Basis, 'customerId' | 'payerId'>): string {
  return payerId ?? customerId;
}

/** Positions of the stretch of a subscription that begins there. */
export interface StretchPositions {
  readonly subscriptionId: string;
  readonly from: Instant;
  readonly positions: Positions;
}

/**
 * The basis with new positions of a stretch that it closes. Lines for late usage of other stretches stand as they are.
 */
export function withUsage(basis: Basis, { subscriptionId, from, positions }: StretchPositions): Basis {
  const charges = basis.charges.map((charge) => {
    if (charge.kind !== 'usage' || charge.period.from !== from) return charge;
    if (!isFor(basis, charge, subscriptionId)) return charge;
    const { groups: _groups, otherGroups: _others, ...head } = charge;
    const { from: since, to: quantity, ...rest } = positionOf(positions, charge);
    return { ...head, quantity, ...(since !== null && { since }), ...rest };
  });
  return { ...basis, charges };
}
