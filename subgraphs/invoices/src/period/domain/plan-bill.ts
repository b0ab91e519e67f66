import { addSeconds, type Instant } from '@tollgate/kernel/time/time';
import { ratedLine } from '../../invoice/domain/line.js';
import type {
  ChargeOf,
  ChargePlan,
  OneOffCharge,
  StretchPositions,
  TrueUpCharge,
  UsageCharge,
} from '../../invoice/domain/basis.js';
import type { Positions } from '../../invoice/domain/position.js';
import { cuts, type Bill, type Closes, type Revision, type Standing, type TotalledBill } from './bill.js';
import { addonCharges, feeCharges, trueUpCharge } from './fees.js';
import { legsOf, type LiveItem } from './legs.js';
import { progressiveCredit, type Progress } from './progress.js';
import { lateUsage, usageCharges, type BilledLine, type ClosedStretch } from './stretch.js';
import type { Terms } from './terms.js';

/** An invoice to make. */
export interface DraftPlan {
  readonly charges: readonly ChargePlan[];
  /** Lines of other invoices that it gives back. */
  readonly spent: readonly string[];
}

/** What a bill, or the positions of a stretch again, lead to: rows to keep, and an invoice to draft or a draft to re-total. */
export interface BillPlan {
  readonly stretches: readonly ClosedStretch[];
  readonly draft: DraftPlan | null;
  readonly retotal: ({ readonly invoiceId: string } & StretchPositions) | null;
}

/** What a bill is decided on. */
export interface BillContext {
  /** Stretches of the subscription that matter: those of this period, and those with unbilled usage. */
  readonly known: readonly ClosedStretch[];
  /** Id of the invoice, should one be drafted. */
  readonly newInvoiceId: string;
  /** Lines of the subscription for usage, drafts included; asked for where late usage gives something back. */
  readonly billedLines: readonly BilledLine[];
  /** Fees that still cover something; asked for where the bill has legs. */
  readonly items: readonly LiveItem[];
  /** Charges of the customer that wait for its next invoice. */
  readonly waiting: Waiting;
  /** What threshold invoices billed of the stretch that the bill closes; absent where there are none. */
  readonly progress?: Progress;
}

/** Charges that wait, and whether they are enough for an invoice: no subscription is left that will make another. */
export interface Waiting {
  readonly charges: readonly ChargeOf<OneOffCharge>[];
  readonly isLastChance: boolean;
}

/** No charges wait. */
export const NOTHING_WAITS: Waiting = { charges: [], isLastChance: false };

const NOTHING: BillPlan = { stretches: [], draft: null, retotal: null };

/** The charges of a bill in the order of an invoice's lines, and what is remembered of the stretch that it closes. */
export function planBill({ bill, revision, positions }: TotalledBill, context: BillContext): BillPlan {
  const { closes, current, opens, terms, number } = bill;
  const closed = closes === null ? null : closedStretch(closes, { number, revision, positions });
  const usage =
    closed === null
      ? []
      : [...chargesOf(closed, closes, context), ...progressiveCredit(closed, context.progress)];
  const legs = legsOf(bill, context.items);
  const fees =
    opens && current !== null
      ? [...feeCharges(terms, current), ...addonCharges(terms, current, bill.addons)]
      : [];
  const closesPeriod = closes !== null && closes.ends;
  const late = closesPeriod ? lateUsage(context.known, context.billedLines) : { charges: [], stretches: [] };
  const own: ChargePlan[] = [...usage, ...legs.credits, ...legs.charges, ...fees, ...late.charges];
  const { waiting } = context;
  const charges = own.length > 0 || waiting.isLastChance ? [...own, ...waiting.charges] : own;
  const invoiceId = charges.length === 0 ? null : context.newInvoiceId;
  const isOver = current === null && bill.over !== 'paused';
  const kept = closed === null || isEmpty(closed) ? [] : [{ ...closed, invoiceId, isLast: isOver }];
  return {
    stretches: [...kept, ...late.stretches],
    draft: invoiceId === null ? null : { charges, spent: legs.spent },
    retotal: null,
  };
}

/**
 * Positions of a stretch again. A revision that was seen before changes nothing; a higher one re-totals the draft, and once
 * that is finalised waits for the next invoice that closes a period. A subscription that ended or is paused has none, so the
 * difference gets one of its own.
 */
export function planRevision(
  { number, revision, positions }: Revision,
  context: BillContext & {
    readonly standing: Standing | null;
    /** Whether the invoice is a draft that bills this stretch's usage; one that bills late usage of it does not. */
    closes(invoiceId: string, stretch: ClosedStretch): boolean;
  },
): BillPlan | null {
  const row = context.known.find((known) => known.number === number);
  if (row === undefined) return null;
  if (revision <= row.revision) return NOTHING;
  const latest = { ...row, revision, latest: positions };
  if (row.invoiceId !== null && context.closes(row.invoiceId, row)) {
    const { subscriptionId } = row.terms;
    const retotal = { invoiceId: row.invoiceId, subscriptionId, from: row.period.from, positions };
    return { stretches: [{ ...latest, billed: positions }], draft: null, retotal };
  }
  const others = context.known.filter((known) => known !== row);
  const { standing } = context;
  const isOver =
    (standing !== null && standing.over !== null) || [row, ...others].some(({ isLast }) => isLast);
  if (!isOver) return { ...NOTHING, stretches: [latest] };
  const late = lateUsage([...others, latest], context.billedLines);
  const kept = late.stretches.some((one) => one.number === number) ? [] : [latest];
  const charges = [...late.charges, ...context.waiting.charges];
  const draft = late.charges.length === 0 ? null : { charges, spent: [] };
  return { stretches: [...kept, ...late.stretches], draft, retotal: null };
}

/** Where a subscription stands after a bill. */
export function standingAfter(before: Standing | null, bill: Bill): Standing {
  const { number, over } = bill;
  // What the bill itself opens goes on.
  const cutThrough = cuts(bill) ? number - 1 : (before?.cutThrough ?? null);
  return { bill: number, over, cutThrough };
}

/**
 * Until when the invoice is a draft. One that closes a period and has usage gets the grace time from the end of what is
 * closed, one over late usage alone from now on. All others wait for nothing.
 */
export function finalAt(
  charges: readonly ChargePlan[],
  made: {
    readonly closes: Pick<Closes, 'to' | 'ends'> | null;
    readonly occurredAt: Instant;
    readonly graceSeconds: number;
  },
): Instant {
  const { closes, occurredAt, graceSeconds } = made;
  const hasUsage = charges.some(({ kind }) => kind === 'usage');
  if (closes !== null && closes.ends && hasUsage) return addSeconds(closes.to, graceSeconds);
  const isLate = charges.every(({ kind }) => kind === 'late' || kind === 'late_true_up');
  return isLate ? addSeconds(occurredAt, graceSeconds) : occurredAt;
}

function closedStretch(
  { terms, period, full, from, to, ends }: Closes,
  {
    number,
    revision,
    positions,
  }: { readonly number: number; readonly revision: number; readonly positions: Positions },
): ClosedStretch {
  const stretch = { from, to };
  const whole = full ?? period;
  const row = { terms, number, begin: period.from, period: stretch, whole, ends, isLast: false };
  return { ...row, revision, invoiceId: null, billed: positions, latest: positions };
}

/** Usage of the stretch, and what it lacks to the minimum. A stretch inside a period has no lines that say nothing. */
function chargesOf(
  stretch: ClosedStretch,
  closes: Closes | null,
  { known }: BillContext,
): (ChargeOf<UsageCharge> | ChargeOf<TrueUpCharge>)[] {
  if (closes === null || isEmpty(stretch)) return [];
  const earlier = known.filter((one) => one.begin === stretch.begin && one.period.from < stretch.period.from);
  const usage = usageCharges(stretch, stretch.latest, earlier);
  const { period, whole } = stretch;
  const trueUp = whole === null ? undefined : trueUpCharge(stretch.terms, { period, whole });
  const shown = stretch.ends ? usage : usage.filter((charge) => saysSomething(charge, stretch.terms));
  return [...shown, ...(trueUp === undefined ? [] : [trueUp])];
}

function saysSomething(charge: ChargeOf<UsageCharge>, { currency }: Terms): boolean {
  const { amountMinor, quantity } = ratedLine({ ...charge, lineId: 'lin_' }, currency);
  return amountMinor !== 0n || quantity !== '0';
}

function isEmpty({ period }: ClosedStretch): boolean {
  return period.from >= period.to;
}
