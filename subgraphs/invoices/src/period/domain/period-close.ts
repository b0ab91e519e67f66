import type { FeeCharge, LateCharge, UsageCharge } from '../../invoice/domain/basis.js';
import { lateDifference } from '../../invoice/domain/line.js';
import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import { addSeconds, type Instant, type Period } from '@tollgate/kernel/time/time';
import { chargeHead, feeCharges } from './fees.js';
import type { PriceTerms, Quantities, Terms } from './terms.js';

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
  /** The invoice that closed the period; while it is a draft, late usage re-totals it. */
  readonly invoiceId: string | null;
  readonly billed: Quantities;
  readonly latest: Quantities;
}

/** A charge of an invoice that is not made yet. */
export type ChargePlan = Omit<FeeCharge, 'lineId'> | Omit<UsageCharge, 'lineId'> | Omit<LateCharge, 'lineId'>;

/** A line that billed usage of a price in a period, on an invoice that is not void. */
export interface BilledLine {
  readonly subscriptionId: string;
  readonly priceId: string;
  readonly periodFrom: string;
  readonly amountMinor: bigint;
}

/** What totals lead to: rows to keep, and an invoice to draft or a draft to re-total. */
export interface ClosePlan {
  readonly periods: readonly ClosedPeriod[];
  readonly draft: readonly ChargePlan[] | null;
  readonly retotal: { readonly invoiceId: string; readonly quantities: Quantities } | null;
}

/** What a close is decided on. */
export interface CloseContext {
  /** Periods of the subscription that matter: this one, the ones with unbilled usage, the last one. */
  readonly known: readonly ClosedPeriod[];
  /** Id of the invoice, should one be drafted. */
  readonly newInvoiceId: string;
  /** Whether the invoice is a draft that bills this period's usage; one that bills late usage of it does not. */
  closes(invoiceId: string, period: Period): boolean;
  /** Lines of the subscription for usage, drafts included; asked for where late usage gives something back. */
  readonly billedLines: readonly BilledLine[];
}

const NOTHING: ClosePlan = { periods: [], draft: null, retotal: null };
const NONE = decimal('0');

/**
 * The step of one report of totals. A revision that was seen before changes nothing; the first one drafts the period's
 * invoice; a higher one re-totals the draft, and once that is finalised waits for the next invoice. A subscription
 * that ended has no next invoice, so the difference gets one of its own.
 */
export function planClose(totals: PeriodTotals, context: CloseContext): ClosePlan {
  const row = context.known.find((known) => known.period.from === totals.period.from);
  if (row !== undefined && totals.revision <= row.revision) return NOTHING;
  const others = context.known.filter((known) => known !== row);
  if (row === undefined) return firstClose(totals, others, context);
  const latest = { ...row, revision: totals.revision, latest: totals.quantities };
  if (row.invoiceId !== null && context.closes(row.invoiceId, row.period)) {
    const { quantities } = totals;
    const periods = [{ ...latest, billed: quantities }];
    return { periods, draft: null, retotal: { invoiceId: row.invoiceId, quantities } };
  }
  const ended = [row, ...others].some((known) => known.isLast);
  if (!ended) return { ...NOTHING, periods: [latest] };
  const late = lateClose([...others, latest], context.billedLines);
  const kept = late.periods.some((period) => period.period.from === latest.period.from) ? [] : [latest];
  const draft = late.charges.length === 0 ? null : late.charges;
  return { periods: [...kept, ...late.periods], draft, retotal: null };
}

/**
 * What the close of an open period would bill. Totals that the period has already reported do not count: it is
 * previewed as if this was its first report.
 */
export function previewClose(
  totals: PeriodTotals,
  { known, billedLines }: Pick<CloseContext, 'known' | 'billedLines'>,
): readonly ChargePlan[] {
  const others = known.filter((one) => one.period.from !== totals.period.from);
  return firstClose(totals, others, { newInvoiceId: '', billedLines }).draft ?? [];
}

/** Whether late usage of these periods gives something back: then the lines that billed it must be known. */
export function givesBack(periods: readonly ClosedPeriod[]): boolean {
  return periods.some((period) =>
    lateCharges(period, []).some((charge) => lateDifference(charge, period.terms.currency) < 0n),
  );
}

/**
 * Until when the invoice of a close is a draft. Usage gets the grace time: from the end of the period that is closed, or
 * from now on where all that is billed came late. What has no usage waits for nothing.
 */
export function finalAt(
  charges: readonly ChargePlan[],
  made: { readonly period: Period; readonly occurredAt: Instant; readonly graceSeconds: number },
): Instant {
  const { period, occurredAt, graceSeconds } = made;
  if (charges.some(({ kind }) => kind === 'usage')) return addSeconds(period.to, graceSeconds);
  const isLate = charges.every(({ kind }) => kind === 'late');
  return isLate ? addSeconds(occurredAt, graceSeconds) : occurredAt;
}

type Made = Pick<CloseContext, 'newInvoiceId' | 'billedLines'>;

function firstClose(totals: PeriodTotals, others: readonly ClosedPeriod[], made: Made): ClosePlan {
  const { terms, period, index, next, revision, quantities } = totals;
  const late = lateClose(others, made.billedLines);
  const fees = next === null ? [] : feeCharges(terms, next);
  const charges = [...usageCharges(totals), ...fees, ...late.charges];
  const invoiceId = charges.length === 0 ? null : made.newInvoiceId;
  const row = { terms, period, index, isLast: next === null, revision, invoiceId };
  return {
    periods: [{ ...row, billed: quantities, latest: quantities }, ...late.periods],
    draft: invoiceId === null ? null : charges,
    retotal: null,
  };
}

/** A line for every price of usage, at 0 too. */
function usageCharges({ terms, period, quantities }: PeriodTotals): ChargePlan[] {
  return usagePrices(terms).map((price) => ({
    ...chargeHead(terms, price),
    kind: 'usage',
    period,
    quantity: at(quantities, price),
  }));
}

interface LateClose {
  readonly charges: readonly ChargePlan[];
  /** The periods that have charges, as they stand once these are billed. */
  readonly periods: readonly ClosedPeriod[];
}

/** Late usage of all these periods, the oldest first. */
function lateClose(periods: readonly ClosedPeriod[], lines: readonly BilledLine[]): LateClose {
  const ordered = [...periods].sort((a, b) => (a.period.from < b.period.from ? -1 : 1));
  const due = ordered
    .map((period) => ({ period, charges: lateCharges(period, lines) }))
    .filter(({ charges }) => charges.length > 0);
  return {
    charges: due.flatMap(({ charges }) => charges),
    periods: due.map(({ period }) => ({ ...period, billed: period.latest })),
  };
}

/** Lines for what a period used beyond what was billed: the step from the billed to the latest position. */
function lateCharges(closed: ClosedPeriod, lines: readonly BilledLine[]): Omit<LateCharge, 'lineId'>[] {
  const { terms, period, latest, billed } = closed;
  return usagePrices(terms)
    .filter((price) => at(latest, price) !== at(billed, price))
    .map((price) => ({
      ...chargeHead(terms, price),
      kind: 'late',
      period,
      quantity: at(latest, price),
      billedQuantity: at(billed, price),
      refundableMinor: refundable(lines, closed, price.priceId),
    }));
}

/** What lines billed of the price in the period, less what others gave back. */
function refundable(lines: readonly BilledLine[], { terms, period }: ClosedPeriod, priceId: string): bigint {
  return lines
    .filter((line) => line.subscriptionId === terms.subscriptionId)
    .filter((line) => line.priceId === priceId && line.periodFrom === period.from)
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

function usagePrices({ prices }: Terms): readonly PriceTerms[] {
  return prices.filter(({ meterId }) => meterId !== null);
}

function at(quantities: Quantities, { meterId }: PriceTerms): Decimal {
  return quantities[meterId ?? ''] ?? NONE;
}
