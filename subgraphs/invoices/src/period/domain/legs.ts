import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import {
  activeFraction,
  prorate,
  type Fraction,
  type ProrationGrain,
} from '@tollgate/kernel/money/proration';
import { money } from '@tollgate/kernel/money/money';
import { toRational } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Instant, Period, TimeZone } from '@tollgate/kernel/time/time';
import type { ChargeOf, CreditCharge, FeeCharge } from '../../invoice/domain/basis.js';
import type { InvoiceTax } from '../../tax/domain/invoice-tax.js';
import { rateQuantity } from '@tollgate/kernel/rating/rate';
import type { Bill, LegsAsked, Opened } from './bill.js';
import { addonRest, restCharges } from './fees.js';
import type { Terms } from './terms.js';

/** A fee that an invoice billed and that still covers something: it was neither given back nor cut. */
export interface LiveItem {
  readonly invoiceId: string;
  readonly lineId: string;
  readonly charge: FeeCharge;
  /** Number of the bill since which the terms of the fee are in force. */
  readonly since: number;
  readonly amountMinor: bigint;
  /** What credit notes left of the amount. */
  readonly leftMinor: bigint;
  /** The line after coupons, exact, in minor units. */
  readonly afterCoupons: rational.Rational;
  /** How its invoice was taxed; absent = as the invoice that credits it. */
  readonly tax?: InvoiceTax;
  /** Nobody expects its invoice to be paid, or what paid it is disputed or lost: a change gives nothing of it back. */
  readonly isUnpaid?: true;
}

/** From when on, and in what, unused time is measured. */
export interface Measure {
  readonly at: Instant;
  readonly grain: ProrationGrain;
  readonly timeZone: TimeZone;
}

/** What a change gives back and charges, and the lines of other invoices that are spent with it. */
export interface Legs {
  readonly credits: readonly ChargeOf<CreditCharge>[];
  readonly charges: readonly ChargeOf<FeeCharge>[];
  readonly spent: readonly string[];
}

const NO_LEGS: Legs = { credits: [], charges: [], spent: [] };

/** The legs of a bill over the items that live. Legs of 0 are left out; what they are of is spent all the same. */
export function legsOf(bill: Bill, items: readonly LiveItem[]): Legs {
  const { legs, terms, at, current, opens } = bill;
  if (legs === null) return NO_LEGS;
  const { grain, of } = legs;
  const fees = items.filter(({ charge }) => charge.addon !== true);
  // A quantity of other terms than those that were billed would be paid for twice.
  if (of === 'quantity' && fees.some(({ since }) => since !== terms.since)) return NO_LEGS;
  const { currency, timeZone } = terms;
  const given = items.filter(({ charge }) => isGiven(legs, charge));
  const credits = given.map((item) => creditCharge(item, { at, grain, timeZone }, currency));
  const charges = opens || current === null ? [] : chargesOf(bill, current);
  return {
    credits: inOrder(credits, given, terms).filter(({ paidMinor }) => paidMinor !== 0n),
    charges: charges.filter((charge) => amountOf(charge, currency) !== 0n),
    spent: given.map(({ lineId }) => lineId),
  };
}

/** Fees of other add-ons than the one that is changed stand, and so do add-ons where the plan is changed. */
function isGiven(legs: LegsAsked, { addon, key, price }: FeeCharge): boolean {
  switch (legs.of) {
    case 'all':
      return true;
    case 'fees':
      return addon !== true;
    case 'quantity':
      return addon !== true && price.model !== 'flat';
    case 'addon':
      return addon === true && key === legs.key;
    default:
      return unreachable(legs);
  }
}

function chargesOf({ legs, terms, at, addons }: Bill, current: Opened): ChargeOf<FeeCharge>[] {
  if (legs === null || legs.of === 'all') return [];
  const { grain } = legs;
  if (legs.of !== 'addon') return restCharges(terms, current, { from: at, grain, of: legs.of });
  const addon = legs.charges ? addons.find(({ key }) => key === legs.key) : undefined;
  return addon === undefined ? [] : [addonRest(terms, current, { from: at, grain, addon })];
}

/** How much of an item's amount is unused, before coupons: at most what is left of it. */
export function unusedMinor(item: LiveItem, measure: Measure, currency: Currency): bigint {
  const { price, quantity } = item.charge;
  const { exact } = rateQuantity({ price, quantity }, currency);
  const fraction = fractionLeft(item.charge, measure);
  const limit = money(item.leftMinor, currency);
  const { minor } = prorate({ type: 'charge', amount: exact, fraction, limit }, currency);
  return minor < 0n ? 0n : minor;
}

/** What is unused of each invoice, in the order of invoices and lines; lines without any are left out. */
export function unusedByInvoice(
  items: readonly LiveItem[],
  measure: Measure,
  currency: Currency,
): {
  readonly invoiceId: string;
  readonly items: { readonly lineId: string; readonly amountMinor: bigint }[];
}[] {
  const byInvoice = new Map<string, { lineId: string; amountMinor: bigint }[]>();
  for (const item of items) {
    const amountMinor = unusedMinor(item, measure, currency);
    if (amountMinor <= 0n) continue;
    const list = byInvoice.get(item.invoiceId) ?? [];
    list.push({ lineId: item.lineId, amountMinor });
    byInvoice.set(item.invoiceId, list);
  }
  return [...byInvoice].map(([invoiceId, parts]) => ({ invoiceId, items: parts }));
}

function creditCharge(item: LiveItem, measure: Measure, currency: Currency): ChargeOf<CreditCharge> {
  const { invoiceId, lineId, charge, amountMinor, afterCoupons } = item;
  const { kind: _kind, lineId: _lineId, part: _part, full: _full, addon: _addon, ...head } = charge;
  const takenMinor = item.isUnpaid === true ? 0n : unusedMinor(item, measure, currency);
  const paid =
    amountMinor === 0n ? rational.ZERO : rational.div(afterCoupons, rational.fromInteger(amountMinor));
  return {
    ...head,
    kind: 'credit',
    period: { from: measure.at, to: charge.period.to },
    of: { invoiceId, lineId },
    ...(item.tax !== undefined && { tax: item.tax }),
    takenMinor,
    paidMinor: rational.round(rational.mul(rational.fromInteger(takenMinor), paid)),
  };
}

function fractionLeft(charge: FeeCharge, { at, grain, timeZone }: Measure): Fraction {
  const { period, part } = charge;
  const active = { from: at, to: period.to };
  const whole: Period | null = charge.full ?? (part === null ? period : null);
  if (whole !== null) return activeFraction({ grain, timeZone }, whole, active);
  // An earlier release wrote no whole period beside the part.
  const { numerator } = activeFraction({ grain, timeZone }, period, active);
  return { numerator, denominator: part === null ? rational.ONE : toRational(part.denominator) };
}

/** Prices in the plan's order, then keys that it has no more, then add-ons; of one key the older invoice's first. */
function inOrder(
  credits: readonly ChargeOf<CreditCharge>[],
  items: readonly LiveItem[],
  { prices }: Terms,
): ChargeOf<CreditCharge>[] {
  const addons = new Set(items.filter(({ charge }) => charge.addon === true).map(({ lineId }) => lineId));
  const place = ({ key, of: { lineId } }: ChargeOf<CreditCharge>) => {
    if (addons.has(lineId)) return prices.length + 1;
    const found = prices.findIndex((price) => price.key === key);
    return found < 0 ? prices.length : found;
  };
  return [...credits].sort((a, b) => place(a) - place(b) || (a.of.invoiceId < b.of.invoiceId ? -1 : 1));
}

function amountOf({ price, quantity, part }: ChargeOf<FeeCharge>, currency: Currency): bigint {
  const { exact } = rateQuantity({ price, quantity }, currency);
  if (part === null) return 1n;
  const fraction = { numerator: toRational(part.numerator), denominator: toRational(part.denominator) };
  return prorate({ type: 'charge', amount: exact, fraction }, currency).minor;
}
