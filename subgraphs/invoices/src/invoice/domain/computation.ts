import { assert } from '@tollgate/kernel/assert';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { majorAmount, money } from '@tollgate/kernel/money/money';
import type { Rational } from '@tollgate/kernel/number/rational';
import { reduced } from '@tollgate/kernel/rating/ratio';
import type { Coupon } from '../../discount/domain/coupon.js';
import { discounting } from '../../discount/domain/discount.js';
import type { Line as PricedLine } from '../../rating/domain/priced-line.js';
import { LINES_MAX, type Basis, type Charge } from './basis.js';
import { checkedInvoiceAmounts, type InvoiceAmounts } from './invoice-amounts.js';
import { ratedLine, trueUpLine, type OwnCharge, type RatedLine } from './line.js';
import { missingTo } from './true-up.js';
import { awaitsFacts, ratesOf, type InvoiceRate } from '../../tax/domain/invoice-tax.js';

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
    charges.filter(isOwnCharge).map((charge) => ratedLine(charge, currency)),
  );
}

/** The second half of it: what the lines of a basis, each rated by itself, come to; those of minimums come to them. */
export function totalled(basis: Basis, own: readonly RatedLine[]): Computation {
  const rated = withTrueUps(basis, own);
  const amounts = amountsWith(basis, rated);
  const names = new Map(ratesOn(basis).map(({ id, name }) => [id, name]));
  return {
    lines: rated.map((line, index) => ({ ...line, taxMinor: amounts.lines[index]?.tax.minor ?? 0n })),
    totals: {
      subtotalMinor: amounts.subtotal.minor,
      discountMinor: amounts.discount.minor,
      taxes: amounts.taxes.map(({ rate: { id, percent }, amountMinor }) => {
        return { name: names.get(id) ?? id, percent, amountMinor };
      }),
      taxMinor: amounts.tax.minor,
      totalMinor: amounts.total.minor,
    },
  };
}

/** What the invoice of a basis comes to, exactly where credit notes need it. */
export function amountsOf(basis: Basis): InvoiceAmounts {
  const { charges, currency } = basis;
  const own = charges.filter(isOwnCharge).map((charge) => ratedLine(charge, currency));
  return amountsWith(basis, withTrueUps(basis, own));
}

/** The lines of an invoice after coupons, exact, in minor units. */
export function linesAfterCoupons({ basis }: { readonly basis: Basis }): readonly Rational[] {
  return amountsOf(basis).lines.map(({ discountedMinor }) => reduced(discountedMinor));
}

function amountsWith(basis: Basis, rated: readonly RatedLine[]): InvoiceAmounts {
  const { currency } = basis;
  const coupons = couponsOf(basis, rated);
  return checkedInvoiceAmounts({
    currency,
    lines: linesOf(basis, rated),
    minimums: [],
    coupons,
    taxRates: ratesOn(basis),
  });
}

/** Ids of the coupons that take something off an invoice. */
export function discountedBy(basis: Basis, rated: readonly RatedLine[]): readonly string[] {
  if (basis.coupons === undefined) return [];
  return discounting(linesOf(basis, rated), ownCoupons(basis, rated), basis.currency);
}

/** The lines of an invoice as discounts and taxes see them. */
export function linesOf(basis: Basis, rated: readonly RatedLine[]): PricedLine[] {
  const own = ratesOf(basis.tax).map(({ id }) => id);
  const others = new Map(
    creditsTaxedApart(basis).map(({ lineId, tax }) => [lineId, ratesOf(tax).map(({ id }) => id)]),
  );
  return rated.map(({ id, subscriptionId: subscription, amountMinor }) => ({
    ...{ id, subscription, taxes: others.get(id) ?? own },
    amount: money(amountMinor, basis.currency),
  }));
}

/** What takes something off the lines of an invoice: coupons, and what was paid in advance. */
export function couponsOf(basis: Basis, rated: readonly RatedLine[]): Coupon[] {
  const { drawdowns = [], currency } = basis;
  const prepaid = drawdowns.map(({ id, availableMinor, lineIds }): Coupon => {
    const amount = majorAmount(money(availableMinor, currency));
    return { id, amount, target: 'prepaid', lineIds };
  });
  return [...ownCoupons(basis, rated), ...prepaid];
}

function ownCoupons({ coupons = [], charges }: Basis, rated: readonly RatedLine[]): Coupon[] {
  const addons = new Set(charges.flatMap((one) => ('addon' in one ? [one.lineId] : [])));
  return coupons.map(({ id, value, target, keys, subscriptionId }): Coupon => {
    const off = 'percent' in value ? value : { amount: value.amount };
    const subscription = subscriptionId ?? '';
    if (target === 'invoice') return { id, ...off, target };
    if (target === 'subscription') return { id, ...off, target, subscription };
    const named = rated.filter((line) => OF_PRICES.has(line.kind) && keys.includes(line.key));
    const own = named.filter((line) => line.subscriptionId === subscription && !addons.has(line.id));
    return { id, ...off, target, lineIds: own.map((line) => line.id) };
  });
}

/** Lines that coupons on prices discount. */
const OF_PRICES = new Set<RatedLine['kind']>(['fee', 'charge', 'usage', 'late']);

/** Charges whose lines are known without the others. */
export function isOwnCharge(charge: Charge): charge is OwnCharge {
  return charge.kind !== 'true_up';
}

/** The lines in the order of their charges; a minimum that is reached has none. */
function withTrueUps({ charges, currency }: Basis, own: readonly RatedLine[]): readonly RatedLine[] {
  if (charges.every(isOwnCharge)) return own;
  const byId = new Map(own.map((line) => [line.id, line]));
  const lines: RatedLine[] = [];
  for (const charge of charges) {
    const missingMinor = charge.kind === 'true_up' ? missingTo(charge, lines, currency) : 0n;
    const line = byId.get(charge.lineId);
    if (line !== undefined) lines.push(line);
    else if (charge.kind === 'true_up' && missingMinor > 0n) lines.push(trueUpLine(charge, missingMinor));
  }
  return lines;
}

/** Rates of an invoice: its own, which every line names but those that credit a line with others, and then those. */
export function ratesOn(basis: Basis): InvoiceRate[] {
  const all = [basis.tax, ...creditsTaxedApart(basis).map(({ tax }) => tax)].flatMap(ratesOf);
  return [...new Map(all.map((rate) => [rate.id, rate])).values()];
}

/** While it is not known how an invoice is taxed, what it credits is not taxed either. */
function creditsTaxedApart({ charges, tax }: Basis) {
  if (awaitsFacts(tax)) return [];
  return charges.flatMap((charge) =>
    charge.kind === 'credit' && charge.tax !== undefined ? [{ lineId: charge.lineId, tax: charge.tax }] : [],
  );
}
