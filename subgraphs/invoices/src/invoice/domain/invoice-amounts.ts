import { exponentOf, type Currency } from '@tollgate/kernel/money/currency';
import { money, type Money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import { minus, NOTHING, plus, times, type Ratio } from '@tollgate/kernel/rating/ratio';
import { discounted } from '../../discount/domain/discount.js';
import { computed, refused, type Computed } from '../../rating/domain/checks.js';
import { withTrueUps } from './minimum.js';
import { rateTaxes, type RateTax } from '../../tax/domain/rate-tax.js';
import type { Line } from '../../rating/domain/priced-line.js';
import type { Terms } from './terms.js';
import { refuseTerms } from './terms-check.js';

/** A line after coupons, with its part of the taxes. */
export interface LineAmounts {
  readonly line: Line;
  /** Exact, in minor units. */
  readonly discountedMinor: Ratio;
  /** Exact, in major units. */
  readonly discounted: Ratio;
  readonly tax: Money;
}

/** An invoice before anything is paid. */
export interface InvoiceAmounts {
  readonly currency: Currency;
  /** Line amounts as priced, true-ups included. */
  readonly subtotal: Money;
  readonly discount: Money;
  /** The rates that a line names, in the order of the terms. */
  readonly taxes: readonly RateTax[];
  /** Inclusive and exclusive. */
  readonly tax: Money;
  /** Subtotal less discount plus exclusive tax; below zero the customer gets credit. */
  readonly total: Money;
  readonly lines: readonly LineAmounts[];
}

/** Minimums, coupons and taxes of an invoice. Discounts are rounded once, taxes once per rate. */
export function invoiceAmounts(terms: Terms): Computed<InvoiceAmounts> {
  const rejection = refuseTerms(terms);
  return rejection === null ? computed(checkedInvoiceAmounts(terms)) : refused(rejection);
}

/** The same for terms that were checked before: price lists, coupons and rates are checked when they are made. */
export function checkedInvoiceAmounts(terms: Terms): InvoiceAmounts {
  const lines = withTrueUps(terms);
  const remaining = discounted(lines, terms.coupons, terms.currency);
  const taxes = rateTaxes(lines, remaining, terms.taxRates);
  return summed(terms.currency, { lines, remaining, taxes });
}

interface Parts {
  readonly lines: readonly Line[];
  /** After coupons, exact, in minor units. */
  readonly remaining: readonly Ratio[];
  readonly taxes: readonly RateTax[];
}

function summed(currency: Currency, { lines, remaining, taxes }: Parts): InvoiceAmounts {
  const subtotalMinor = total(lines.map(({ amount }) => amount.minor));
  const discountMinor = rational.round(
    minus(rational.fromInteger(subtotalMinor), remaining.reduce(plus, NOTHING)),
  );
  const exclusive = taxes.filter(({ rate }) => !rate.inclusive);
  const taxOf = (list: readonly RateTax[]) => total(list.map(({ amountMinor }) => amountMinor));
  const scale = { n: 1n, d: 10n ** BigInt(exponentOf(currency)) };
  return {
    currency,
    subtotal: money(subtotalMinor, currency),
    discount: money(discountMinor, currency),
    taxes,
    tax: money(taxOf(taxes), currency),
    total: money(subtotalMinor - discountMinor + taxOf(exclusive), currency),
    lines: lines.map((line, index) => {
      const discountedMinor = remaining[index] ?? NOTHING;
      const taxMinor = total(taxes.map(({ partsMinor }) => partsMinor[index] ?? 0n));
      return {
        line,
        discountedMinor,
        discounted: times(discountedMinor, scale),
        tax: money(taxMinor, currency),
      };
    }),
  };
}

function total(list: readonly bigint[]): bigint {
  return list.reduce((sum, amount) => sum + amount, 0n);
}
