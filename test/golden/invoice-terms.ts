import type { Coupon, CouponScope } from '#domain/invoices/discount/domain/coupon';
import type { Terms } from '#domain/invoices/invoice/domain/terms';
import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { moneyOf } from './kinds/shown.js';

interface LineInput {
  readonly id: string;
  readonly subscription?: string;
  readonly taxes?: readonly string[];
}

/** The part of an invoice that credit notes share. */
export interface TermsInput {
  readonly lines: readonly (LineInput & { readonly amount: string })[];
  readonly minimums?: readonly (LineInput & {
    readonly lineIds: readonly string[];
    readonly amount: string;
    readonly numerator?: string;
    readonly denominator?: string;
  })[];
  readonly coupons?: readonly (CouponScope & {
    readonly id: string;
    readonly percent?: string;
    readonly amount?: string;
  })[];
  readonly taxRates?: readonly {
    readonly id: string;
    readonly percent: string;
    readonly inclusive?: boolean;
    readonly compound?: boolean;
  }[];
}

export function termsOf(input: TermsInput, currency: Currency): Terms {
  return {
    currency,
    lines: input.lines.map((line) => ({ ...line, amount: moneyOf(line.amount, currency) })),
    minimums: (input.minimums ?? []).map(({ numerator, denominator, amount, ...rest }) => ({
      ...rest,
      amount: decimal(amount),
      ...(numerator === undefined || denominator === undefined
        ? {}
        : { fraction: { numerator: decimal(numerator), denominator: decimal(denominator) } }),
    })),
    coupons: (input.coupons ?? []).map(couponOf),
    taxRates: (input.taxRates ?? []).map(({ id, percent, inclusive = false, compound = false }) => ({
      id,
      percent: decimal(percent),
      inclusive,
      compound,
    })),
  };
}

function couponOf({ percent, amount, ...scope }: NonNullable<TermsInput['coupons']>[number]): Coupon {
  return percent === undefined
    ? { ...scope, amount: decimal(amount ?? '0') }
    : { ...scope, percent: decimal(percent) };
}
