import { assert } from '@tollgate/kernel/assert';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { money } from '@tollgate/kernel/money/money';
import { LINES_MAX, type Basis } from './basis.js';
import { checkedInvoiceAmounts } from './invoice-amounts.js';
import { ratedLine, type RatedLine } from './line.js';
import type { TaxRate } from '../../tax/domain/tax-rate.js';

/** A line of an invoice, with its part of the invoice's taxes. */
export interface Line extends RatedLine {
  readonly taxMinor: bigint;
}

/** One tax, rounded once over the lines. */
export interface TaxAmount {
  readonly name: string;
  readonly percent: Decimal;
  readonly amountMinor: bigint;
}

export interface Totals {
  /** Lines as priced. */
  readonly subtotalMinor: bigint;
  readonly discountMinor: bigint;
  readonly taxes: readonly TaxAmount[];
  readonly taxMinor: bigint;
  /** Below zero the customer gets credit. */
  readonly totalMinor: bigint;
}

/** What an invoice bills. */
export interface Computation {
  readonly lines: readonly Line[];
  readonly totals: Totals;
}

/** The invoice of a basis; the same basis gives the same bytes. Each line is rounded once, and so is each tax. */
export function compute(basis: Basis): Computation {
  const { charges, currency } = basis;
  assert(charges.length <= LINES_MAX, 'an invoice has a bounded number of lines');
  return totalled(
    basis,
    charges.map((charge) => ratedLine(charge, currency)),
  );
}

/** The second half of it: what the lines of a basis, each rated by itself, come to. */
export function totalled(basis: Basis, rated: readonly RatedLine[]): Computation {
  const { currency } = basis;
  const taxRates = taxRatesOf(basis);
  const taxes = taxRates.map(({ id }) => id);
  const lines = rated.map(({ id, amountMinor }) => ({ id, amount: money(amountMinor, currency), taxes }));
  const amounts = checkedInvoiceAmounts({ currency, lines, minimums: [], coupons: [], taxRates });
  return {
    lines: rated.map((line, index) => ({ ...line, taxMinor: amounts.lines[index]?.tax.minor ?? 0n })),
    totals: {
      subtotalMinor: amounts.subtotal.minor,
      discountMinor: amounts.discount.minor,
      taxes: amounts.taxes.map(({ rate, amountMinor }) => {
        const { name, percent } = basis.tax.rates[taxes.indexOf(rate.id)] ?? { name: rate.id, ...rate };
        return { name, percent, amountMinor };
      }),
      taxMinor: amounts.tax.minor,
      totalMinor: amounts.total.minor,
    },
  };
}

/** Every line names every rate of the place of supply, in its order. */
function taxRatesOf({ tax }: Basis): TaxRate[] {
  const inclusive = tax.pricing === 'inclusive';
  return tax.rates.map(({ percent, compound }, index) => ({ id: `${index}`, percent, inclusive, compound }));
}
