import { assert } from '@tollgate/kernel/assert';
import { largestRemainder } from '@tollgate/kernel/money';
import * as rational from '@tollgate/kernel/rational';
import type { Rational } from '@tollgate/kernel/rational';
import { effectiveRates, exactTaxes } from './effective-rate.js';
import type { Line, TaxRate } from './terms.js';

/** The tax of one rate: rounded once over all its lines, then given back to them by largest remainder. */
export interface RateTax {
  readonly rate: TaxRate;
  readonly amountMinor: bigint;
  /** Exact minor units per line of the invoice; null where a line does not name the rate. */
  readonly exact: readonly (Rational | null)[];
  /** Whole minor units per line; 0 where a line does not name the rate. They sum to the amount. */
  readonly partsMinor: readonly bigint[];
}

/** The taxes of lines that came to these net or gross amounts (exact minor units), in the order of the rates. */
export function rateTaxes(
  lines: readonly Line[],
  amounts: readonly Rational[],
  taxRates: readonly TaxRate[],
): RateTax[] {
  const known = new Map(taxRates.map((rate) => [rate.id, rate]));
  const perLine = lines.map((line, index) => lineTaxes(line, amounts[index] ?? rational.ZERO, known));
  return taxRates
    .map((rate) => ({ rate, exact: perLine.map((taxes) => taxes.get(rate.id) ?? null) }))
    .filter(({ exact }) => exact.some((tax) => tax !== null))
    .map(({ rate, exact }) => rounded(rate, exact));
}

function lineTaxes(
  { taxes = [] }: Line,
  amount: Rational,
  known: ReadonlyMap<string, TaxRate>,
): Map<string, Rational> {
  const rates = taxes.map((id) => {
    const rate = known.get(id);
    assert(rate !== undefined, 'the taxes of lines were checked');
    return rate;
  });
  const pricing = rates[0]?.inclusive === true ? 'inclusive' : 'exclusive';
  const exact = exactTaxes(amount, effectiveRates(rates), pricing);
  return new Map(rates.map(({ id }, index) => [id, exact[index] ?? rational.ZERO]));
}

function rounded(rate: TaxRate, exact: readonly (Rational | null)[]): RateTax {
  const shares = exact.filter((tax) => tax !== null);
  const amountMinor = rational.round(rational.sum(shares));
  const parts = largestRemainder(amountMinor, shares).values();
  const partsMinor = exact.map((tax) => (tax === null ? 0n : (parts.next().value ?? 0n)));
  return { rate, amountMinor, exact, partsMinor };
}
