import { exponentOf, type Currency } from '@tollgate/kernel/money/currency';
import { majorText, money } from '@tollgate/kernel/money/money';
import { mulDecimal, type Decimal } from '@tollgate/kernel/number/decimal';
import { dateOf, UTC, type LocalDate, type Period, type TimeZone } from '@tollgate/kernel/time/time';
import { linesOf, ratesOn, type Line } from '../../invoice/domain/computation.js';
import { dueMinor } from '../../invoice/domain/due.js';
import { netLinesOf } from '../../invoice/domain/net.js';
import type { Invoice } from '../../invoice/domain/state.js';
import type { InvoiceTax } from '../../tax/domain/invoice-tax.js';

/** How a line is taxed, in the words of EN 16931 (UNTDID 5305), and why where it is not. */
export interface VatCategory {
  readonly code: 'S' | 'Z' | 'E' | 'AE' | 'G' | 'O';
  /** Null for what is outside the scope of VAT. */
  readonly percent: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
}

/** A line of an electronic invoice: quantity times price, less the discount, is the net. All amounts are major texts. */
export interface ElectronicLine {
  readonly id: string;
  readonly name: string;
  readonly quantity: string;
  readonly price: string;
  readonly discount: string | null;
  readonly net: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly category: VatCategory;
}

/** What of an invoice is taxed alike. */
export interface VatBreakdown {
  readonly category: VatCategory;
  readonly basis: string;
  readonly tax: string;
}

/** An invoice in the terms of EN 16931, whatever the syntax. */
export interface ElectronicInvoice {
  readonly number: string;
  readonly currency: Currency;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly lines: readonly ElectronicLine[];
  readonly breakdown: readonly VatBreakdown[];
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  readonly prepaid: string;
  readonly due: string;
}

type Issued = Exclude<Invoice, { readonly status: 'draft' }>;

/** Decimals that amounts may have there. */
const DECIMALS_MAX = 2;

/**
 * An invoice in the terms of EN 16931; null where the norm has no words for it: several taxes on one line, wallet credit, or a
 * currency with three decimals.
 */
export function electronicInvoice(invoice: Issued): ElectronicInvoice | null {
  const { basis, totals, settled, paidMinor, number, finalisedAt, dueAt } = invoice;
  const { currency } = basis;
  if (exponentOf(currency) > DECIMALS_MAX || basis.origin === 'top_up') return null;
  const taxed = taxedLines(invoice);
  if (taxed === null) return null;
  const zone = basis.timeZone ?? UTC;
  const text = (minor: bigint) => majorText(money(minor, currency));
  const prepaid = settled.creditAppliedMinor + settled.walletAppliedMinor + paidMinor;
  return {
    ...{ number, currency },
    issuedOn: dateOf(finalisedAt, zone),
    dueOn: dateOf(dueAt, zone),
    lines: taxed.map((one, index) => electronicLine(one, { index, currency, zone })),
    breakdown: breakdownOf(taxed, currency),
    net: text(totals.totalMinor - totals.taxMinor),
    tax: text(totals.taxMinor),
    total: text(totals.totalMinor),
    prepaid: text(dueMinor(invoice) === 0n ? totals.totalMinor : prepaid),
    due: text(dueMinor(invoice) === 0n ? 0n : totals.totalMinor - prepaid),
  };
}

interface TaxedLine {
  readonly line: Line;
  readonly netMinor: bigint;
  readonly category: VatCategory;
}

/** Null where a line has more than one rate. */
function taxedLines(invoice: Issued): readonly TaxedLine[] | null {
  const { basis, lines } = invoice;
  const rates = new Map(ratesOn(basis).map(({ id, percent }) => [id, percent]));
  const nets = netLinesOf(invoice);
  const priced = linesOf(basis, lines);
  if (priced.some(({ taxes = [] }) => taxes.length > 1)) return null;
  return lines.map((line, index) => {
    const [id] = priced[index]?.taxes ?? [];
    const percent = id === undefined ? undefined : rates.get(id);
    return { line, netMinor: nets[index]?.minor ?? 0n, category: categoryOf(basis.tax, percent) };
  });
}

/** Codes of reasons are those of the VATEX list. */
function categoryOf({ treatment }: InvoiceTax, percent: Decimal | undefined): VatCategory {
  if (percent !== undefined) {
    const code = Number(percent) === 0 ? ('Z' as const) : ('S' as const);
    return { code, percent, reasonCode: null, reason: null };
  }
  if (treatment === 'reverse_charge')
    return { code: 'AE', percent: '0', reasonCode: 'VATEX-EU-AE', reason: 'Reverse charge' };
  if (treatment === 'export')
    return { code: 'G', percent: '0', reasonCode: 'VATEX-EU-G', reason: 'Export outside the EU' };
  if (treatment === 'exempt') return { code: 'E', percent: '0', reasonCode: null, reason: 'Exempt from tax' };
  return { code: 'O', percent: null, reasonCode: 'VATEX-EU-O', reason: 'Not subject to VAT' };
}

/** A price is never below zero there: what gives back has a quantity below it. */
function electronicLine(
  { line, netMinor, category }: TaxedLine,
  { index, currency, zone }: { readonly index: number; readonly currency: Currency; readonly zone: TimeZone },
): ElectronicLine {
  const text = (minor: bigint) => majorText(money(minor, currency));
  const { from, to } = datesOf(line.period, zone);
  const head = { id: String(index + 1), name: line.description, net: text(netMinor), from, to, category };
  const { quantity, unitAmount, amountMinor } = line;
  const isPlain = unitAmount !== null && !unitAmount.startsWith('-') && amountMinor >= netMinor;
  if (isPlain && mulDecimal(quantity, unitAmount) === plainText(text(amountMinor))) {
    const off = amountMinor - netMinor;
    return { ...head, quantity, price: unitAmount, discount: off === 0n ? null : text(off) };
  }
  const isBack = netMinor < 0n;
  return {
    ...head,
    quantity: isBack ? '-1' : '1',
    price: text(isBack ? -netMinor : netMinor),
    discount: null,
  };
}

/** Without the noughts at the end, as decimals are written. */
function plainText(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The first day, and the last one. */
function datesOf({ from, to }: Period, zone: TimeZone) {
  const [first, end] = [dateOf(from, zone), dateOf(to, zone)];
  return { from: first, to: end < first ? first : end };
}

function breakdownOf(lines: readonly TaxedLine[], currency: Currency): readonly VatBreakdown[] {
  const sums = new Map<string, { category: VatCategory; netMinor: bigint; taxMinor: bigint }>();
  for (const { line, netMinor, category } of lines) {
    const key = `${category.code} ${category.percent ?? ''}`;
    const before = sums.get(key) ?? { category, netMinor: 0n, taxMinor: 0n };
    sums.set(key, {
      category,
      netMinor: before.netMinor + netMinor,
      taxMinor: before.taxMinor + line.taxMinor,
    });
  }
  return [...sums.values()].map(({ category, netMinor, taxMinor }) => ({
    category,
    basis: majorText(money(netMinor, currency)),
    tax: majorText(money(taxMinor, currency)),
  }));
}
