import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Period } from '@tollgate/kernel/time/time';
import type { Charge } from '../../invoice/domain/computation.js';
import type { PriceModel } from '../../rating/domain/rating.js';

/** A price of the terms a subscription was bought on. */
export interface PriceTerms {
  readonly priceId: string;
  readonly charge: 'fee' | 'usage';
  readonly meterId: string | null;
  readonly meterCode: string | null;
  readonly description: string;
  readonly model: PriceModel;
}

export interface Terms {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly planVersionId: string;
  readonly currency: Currency;
  readonly prices: readonly PriceTerms[];
}

/** Cumulative quantities by meter id; a meter without an entry stands at 0. */
export type Quantities = Readonly<Record<string, Decimal>>;

/** Totals of a period that is over, as usage reports them. */
export interface PeriodTotals {
  readonly terms: Terms;
  readonly period: Period;
  readonly index: number;
  /** The period whose fees are billed in advance; null after the last one. */
  readonly next: Period | null;
  readonly revision: number;
  readonly quantities: Quantities;
}

/** What invoices remember of a period: the totals that are billed, and the latest. */
export interface ClosedPeriod {
  readonly terms: Terms;
  readonly period: Period;
  readonly index: number;
  readonly isLast: boolean;
  /** Highest revision of the totals that was seen. */
  readonly revision: number;
  /** The invoice that bills the latest position; while it is a draft, late usage re-totals it. */
  readonly invoiceId: string | null;
  readonly billed: Quantities;
  readonly latest: Quantities;
}

export type ChargePlan = Omit<Charge, 'lineId'>;

/** What totals lead to: rows to keep, and an invoice to draft or a draft to re-total. */
export interface ClosePlan {
  readonly periods: readonly ClosedPeriod[];
  readonly draft: readonly ChargePlan[] | null;
  readonly retotal: { readonly invoiceId: string; readonly quantities: Quantities } | null;
}

export interface CloseContext {
  /** Periods of the subscription that matter: this one, the ones with unbilled usage, the last one. */
  readonly known: readonly ClosedPeriod[];
  /** Id of the invoice, should one be drafted. */
  readonly newInvoiceId: string;
  isDraft(invoiceId: string): boolean;
}

const NOTHING: ClosePlan = { periods: [], draft: null, retotal: null };
const NO_LATE: LateClose = { charges: [], periods: [] };
const NONE = decimal('0');

interface LateClose {
  readonly charges: readonly ChargePlan[];
  /** The periods that have charges, as they stand once these are billed. */
  readonly periods: readonly ClosedPeriod[];
}

/** Fees of a period, billed in advance. */
export function feeCharges(terms: Terms, period: Period): ChargePlan[] {
  return terms.prices
    .filter((price) => price.charge === 'fee')
    .map((price) => ({ ...chargeOf(price), period, quantity: decimal('1'), billed: null }));
}

/**
 * The step of one report of totals. A revision that was seen before changes nothing; the first one drafts the period's
 * invoice; a higher one re-totals the draft, and once that is finalised waits for the next invoice. A subscription
 * that ended has no next invoice, so the difference gets one of its own.
 */
export function planClose(totals: PeriodTotals, context: CloseContext): ClosePlan {
  const row = context.known.find((known) => known.period.from === totals.period.from);
  if (row !== undefined && totals.revision <= row.revision) return NOTHING;
  const others = context.known.filter((known) => known !== row);
  if (row === undefined) return firstClose(totals, others, context.newInvoiceId);
  const latest = { ...row, revision: totals.revision, latest: totals.quantities };
  if (row.invoiceId !== null && context.isDraft(row.invoiceId)) {
    const { quantities } = totals;
    const periods = [{ ...latest, billed: quantities }];
    return { periods, draft: null, retotal: { invoiceId: row.invoiceId, quantities } };
  }
  const ended = [row, ...others].some((known) => known.isLast);
  const late = ended ? lateClose([latest, ...others], context.newInvoiceId) : NO_LATE;
  if (late.charges.length === 0) return { ...NOTHING, periods: [latest] };
  const kept = late.periods.some((period) => period.period.from === latest.period.from) ? [] : [latest];
  return { periods: [...kept, ...late.periods], draft: late.charges, retotal: null };
}

/**
 * What the close of an open period would bill. Totals that the period has already reported do not count: it is
 * previewed as if this was its first report.
 */
export function previewClose(totals: PeriodTotals, known: readonly ClosedPeriod[]): readonly ChargePlan[] {
  const others = known.filter((one) => one.period.from !== totals.period.from);
  return firstClose(totals, others, '').draft ?? [];
}

function firstClose(totals: PeriodTotals, others: readonly ClosedPeriod[], newInvoiceId: string): ClosePlan {
  const { terms, period, index, next, revision, quantities } = totals;
  const late = lateClose(others, newInvoiceId);
  const usage = terms.prices
    .filter((price) => price.charge === 'usage')
    .map((price) => ({ ...chargeOf(price), period, quantity: at(quantities, price), billed: null }));
  const charges = [...usage, ...(next === null ? [] : feeCharges(terms, next)), ...late.charges];
  const invoiceId = charges.length === 0 ? null : newInvoiceId;
  const row = { terms, period, index, isLast: next === null, revision, invoiceId };
  return {
    periods: [{ ...row, billed: quantities, latest: quantities }, ...late.periods],
    draft: invoiceId === null ? null : charges,
    retotal: null,
  };
}

function lateClose(periods: readonly ClosedPeriod[], invoiceId: string): LateClose {
  const charges = periods.map(lateCharges);
  const due = periods.filter((_, index) => (charges[index] ?? []).length > 0);
  return { charges: charges.flat(), periods: due.map((period) => billedBy(period, invoiceId)) };
}

/** Lines for what a period used beyond what was billed: the step from the billed to the latest position. */
function lateCharges({ terms, period, latest, billed }: ClosedPeriod): ChargePlan[] {
  return terms.prices
    .filter((price) => price.charge === 'usage' && at(latest, price) !== at(billed, price))
    .map((price) => ({ ...chargeOf(price), period, quantity: at(latest, price), billed: at(billed, price) }));
}

function billedBy(period: ClosedPeriod, invoiceId: string): ClosedPeriod {
  return { ...period, invoiceId, billed: period.latest };
}

function at(quantities: Quantities, { meterId }: PriceTerms): Decimal {
  return quantities[meterId ?? ''] ?? NONE;
}

function chargeOf({ charge, priceId, description, meterId, meterCode, model }: PriceTerms) {
  return { kind: charge, priceId, description, meterId, meterCode, model };
}
