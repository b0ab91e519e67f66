import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';

/** What a coupon takes off, of what, and for how long. */
export interface CouponTerms {
  readonly value: { readonly percent: Decimal } | { readonly amount: Decimal; readonly currency: Currency };
  readonly target: 'line' | 'subscription' | 'invoice';
  /** Keys of the prices whose lines it discounts; empty for other targets. */
  readonly keys: readonly string[];
  readonly duration:
    | { readonly kind: 'once' }
    | { readonly kind: 'forever' }
    | { readonly kind: 'repeating'; readonly periods: number };
}

/** A coupon that is applied to a subscription, or to all invoices of a customer. */
export interface AppliedCoupon extends CouponTerms {
  readonly id: string;
  readonly customerId: string;
  /** Null: all invoices of the customer. */
  readonly subscriptionId: string | null;
}

/** What a coupon has discounted so far. */
export interface CouponUse {
  readonly invoices: number;
  /** The earliest billing period of an invoice that it discounted; null while there is none. */
  readonly firstPeriod: number | null;
}

/** An invoice as far as it matters for whose coupons are on it. */
export interface CouponInvoice {
  readonly customerId: string;
  readonly currency: Currency;
  /** Null for what no subscription caused. */
  readonly subscriptionId: string | null;
  /** The billing period that it belongs to; null without a subscription. */
  readonly period: number | null;
  /** Whether it opens or closes a billing period: changes inside one do not collect amounts again. */
  readonly isOfPeriod: boolean;
}

const UNUSED: CouponUse = { invoices: 0, firstPeriod: null };

/** The coupons of an invoice, in the order in which they were applied. */
export function couponsOn(
  invoice: CouponInvoice,
  applied: readonly AppliedCoupon[],
  uses: ReadonlyMap<string, CouponUse>,
): readonly AppliedCoupon[] {
  return applied.filter(
    (coupon) =>
      isOf(coupon, invoice) &&
      isCollected(coupon, invoice) &&
      lasts(coupon, invoice, uses.get(coupon.id) ?? UNUSED),
  );
}

function isOf({ customerId, subscriptionId }: AppliedCoupon, invoice: CouponInvoice): boolean {
  if (customerId !== invoice.customerId) return false;
  return subscriptionId === null || subscriptionId === invoice.subscriptionId;
}

function isCollected({ value, target }: AppliedCoupon, { currency, isOfPeriod }: CouponInvoice): boolean {
  if ('percent' in value) return true;
  return value.currency === currency && (target === 'invoice' || isOfPeriod);
}

function lasts({ duration, target }: AppliedCoupon, { period }: CouponInvoice, use: CouponUse): boolean {
  if (duration.kind !== 'repeating') return duration.kind === 'forever' || use.invoices === 0;
  if (target === 'invoice') return use.invoices < duration.periods;
  return use.firstPeriod === null || period === null || period < use.firstPeriod + duration.periods;
}
