import { assert } from '@tollgate/kernel/assert';
import { largestRemainder } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { NOTHING, plus, type Ratio } from '@tollgate/kernel/rating/ratio';
import { effectiveRates, exactTaxes } from './effective-rate.js';
import type { Line } from '../../rating/domain/priced-line.js';
import type { TaxRate } from './tax-rate.js';

/** The tax of one rate: rounded once over all its lines, then given back to them by largest remainder. */
export interface RateTax {
  readonly rate: TaxRate;
  readonly amountMinor: bigint;
  /** Exact minor units per line of the invoice; null where a line does not name the rate. */
  readonly exact: readonly (Ratio | null)[];
  /** Whole minor units per line; 0 where a line does not name the rate. They sum to the amount. */
  readonly partsMinor: readonly bigint[];
}

/** The taxes of lines that came to these net or gross amounts (exact minor units), in the order of the rates. */
export function rateTaxes(
  lines: readonly Line[],
  amounts: readonly Ratio[],
  taxRates: readonly TaxRate[],
): RateTax[] {
  const acting = actingRates(taxRates);
  const perLine = lines.map((line, index) => lineTaxes(acting(line), amounts[index] ?? NOTHING));
  return taxRates
    .map((rate) => ({ rate, exact: perLine.map(({ ids, exact }) => exact[ids.indexOf(rate.id)] ?? null) }))
    .filter(({ exact }) => exact.some((tax) => tax !== null))
    .map(({ rate, exact }) => rounded(rate, exact));
}

/** The rates that act together on a line. */
interface Acting {
  readonly ids: readonly string[];
  readonly effective: readonly Rational[];
  readonly pricing: 'exclusive' | 'inclusive';
}

const NO_TAXES: readonly string[] = [];

/** Lines with the same list of taxes share what their rates come to: most invoices have one such list. */
function actingRates(taxRates: readonly TaxRate[]): (line: Line) => Acting {
  const byList = new Map<readonly string[], Acting>();
  return ({ taxes = NO_TAXES }) => {
    const acting = byList.get(taxes) ?? actingOf(taxes, taxRates);
    byList.set(taxes, acting);
    return acting;
  };
}

function actingOf(ids: readonly string[], taxRates: readonly TaxRate[]): Acting {
  const rates = ids.map((id) => {
    const rate = taxRates.find((one) => one.id === id);
    assert(rate !== undefined, 'the taxes of lines were checked');
    return rate;
  });
  const pricing = rates[0]?.inclusive === true ? 'inclusive' : 'exclusive';
  return { ids, effective: effectiveRates(rates), pricing };
}

/** The exact taxes of a line, in the order of its rates. */
function lineTaxes({ ids, effective, pricing }: Acting, amount: Ratio) {
  return { ids, exact: exactTaxes(amount, effective, pricing) };
}

function rounded(rate: TaxRate, exact: readonly (Ratio | null)[]): RateTax {
  const shares = exact.filter((tax) => tax !== null);
  const amountMinor = rational.round(shares.reduce(plus, NOTHING));
  const parts = largestRemainder(amountMinor, shares).values();
  const partsMinor = exact.map((tax) => (tax === null ? 0n : (parts.next().value ?? 0n)));
  return { rate, amountMinor, exact, partsMinor };
}
