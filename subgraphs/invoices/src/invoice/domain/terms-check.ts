import { compareDecimal, decimal, isZero } from '@tollgate/kernel/number/decimal';
import {
  firstOf,
  invalidInput,
  refuseNegative,
  refusePercent,
  type InvalidInput,
} from '../../rating/domain/checks.js';
import type { Coupon } from '../../discount/domain/coupon.js';
import type { Line } from '../../rating/domain/priced-line.js';
import type { Minimum, Terms } from './terms.js';
import type { TaxRate } from '../../tax/domain/tax-rate.js';

const WHOLE_PERCENT = decimal('100');

/** The first field that makes the terms senseless; null when an invoice can be computed from them. */
export function refuseTerms(terms: Terms): InvalidInput | null {
  const { lines, minimums, coupons, taxRates } = terms;
  const rates = new Map(taxRates.map((rate) => [rate.id, rate]));
  return firstOf([
    refuseRepeated('taxRates', taxRates),
    ...taxRates.map((rate, index) => refusePercent(`taxRates[${index}].percent`, rate.percent)),
    refuseRepeated('lines', lines),
    ...lines.map((line, index) => refuseLine(`lines[${index}]`, line, terms)),
    ...lines.map((line, index) => refuseTaxes(`lines[${index}].taxes`, line.taxes, rates)),
    refuseRepeated('minimums', [...lines, ...minimums], lines.length),
    ...minimums.map((minimum, index) => refuseMinimum(`minimums[${index}]`, minimum)),
    ...minimums.map((minimum, index) => refuseTaxes(`minimums[${index}].taxes`, minimum.taxes, rates)),
    ...coupons.map((coupon, index) => refuseCoupon(`coupons[${index}]`, coupon)),
  ]);
}

function refuseLine(field: string, { amount }: Line, { currency }: Terms): InvalidInput | null {
  if (amount.currency === currency) return null;
  return invalidInput(`${field}.amount`, `The invoice is in ${currency}, not in ${amount.currency}.`);
}

/** A line that the minimum names and the invoice lacks was not billed: it counts as nothing. */
function refuseMinimum(field: string, { amount, fraction }: Minimum): InvalidInput | null {
  if (fraction === undefined) return refuseNegative(`${field}.amount`, amount);
  return firstOf([
    refuseNegative(`${field}.amount`, amount),
    refuseNegative(`${field}.numerator`, fraction.numerator),
    refuseNegative(`${field}.denominator`, fraction.denominator),
    isZero(fraction.denominator) ? invalidInput(`${field}.denominator`, 'A period has a length.') : null,
  ]);
}

/** A coupon that meets no line does nothing: it may be older than the invoice. */
function refuseCoupon(field: string, coupon: Coupon): InvalidInput | null {
  if ('amount' in coupon) return refuseNegative(`${field}.amount`, coupon.amount);
  const refusal = refusePercent(`${field}.percent`, coupon.percent);
  if (refusal !== null || compareDecimal(coupon.percent, WHOLE_PERCENT) <= 0) return refusal;
  return invalidInput(`${field}.percent`, 'A coupon takes off at most 100 percent.');
}

function refuseTaxes(
  field: string,
  taxes: readonly string[] | undefined,
  rates: ReadonlyMap<string, TaxRate>,
): InvalidInput | null {
  const [first, ...others] = taxes ?? [];
  if (taxes === undefined || first === undefined) return null;
  const unknown = taxes.findIndex((id) => !rates.has(id));
  if (unknown >= 0) return invalidInput(`${field}[${unknown}]`, 'There is no such tax rate.');
  const repeated = taxes.findIndex((id, index) => taxes.indexOf(id) !== index);
  if (repeated >= 0) return invalidInput(`${field}[${repeated}]`, 'The line has this rate already.');
  const isInclusive = rates.get(first)?.inclusive;
  const mixed = others.findIndex((id) => rates.get(id)?.inclusive !== isInclusive);
  if (mixed < 0) return null;
  return invalidInput(`${field}[${mixed + 1}]`, 'The taxes of a line are all inclusive or all exclusive.');
}

/** Two of one id could not be told apart; `before` items of the list stand in another field. */
function refuseRepeated(
  field: string,
  items: readonly { readonly id: string }[],
  before = 0,
): InvalidInput | null {
  const known = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (known.has(id)) return invalidInput(`${field}[${index - before}].id`, 'The id is used before.');
    known.add(id);
  }
  return null;
}
