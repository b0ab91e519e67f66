import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCopies, requireCopies, type Copies } from '../../copies/known.js';
import { issueNotes } from '../../credit-note/handlers.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../../invoice/aggregate.js';
import { withUsage, type Basis } from '../../invoice/domain/basis.js';
import { CouponBook } from '../../discount/handlers.js';
import { drafted, hashOf } from '../../draft/handlers.js';
import { carriedOut, numbered } from '../../invoice/handlers.js';
import { findDrafts, lockInvoices } from '../../invoice/store.js';
import type { Bill, Revision } from '../domain/bill.js';
import { finalAt, planBill, planRevision, standingAfter, type BillPlan } from '../domain/plan-bill.js';
import type { BilledLine, ClosedStretch } from '../domain/stretch.js';
import type { Terms } from '../domain/terms.js';
import { writeStretches } from '../store/stretch.js';
import { writeSubscriptions, type SubscriptionCopy } from '../store/subscription.js';
import { readBilledLines } from './billed.js';
import { readLiveItems } from './items.js';
import { readNews, reported, waves, type Known, type Told } from './known.js';
import { WaitingCharges } from './waiting.js';
import { unusedByInvoice } from '../domain/legs.js';

/** Bills, first or their positions again: drafts, re-totals or remembers, all in this transaction. */
export async function carryOut(tx: TenantTx, told: readonly Told[], occurredAt: Instant): Promise<void> {
  lockInvoices(tx);
  for (const wave of waves(told)) await carryOutWave(tx, wave, occurredAt);
}

/** What it leads to, and the invoice that this makes or changes. */
interface Step extends Known {
  readonly id: string;
  readonly plan: BillPlan;
  readonly change: InvoiceChange | null;
}

async function carryOutWave(tx: TenantTx, told: readonly Told[], occurredAt: Instant): Promise<void> {
  const known = await readNews(tx, told);
  // They travel together.
  const customerIds = known.map(({ told: one, stretches }) => termsFor(one, stretches).customerId);
  const [waiting, coupons, drafts, billedLines, copies] = await Promise.all([
    WaitingCharges.of(tx, customerIds),
    CouponBook.open(tx, customerIds),
    readDrafts(tx, known),
    readBilledLines(tx, known.flatMap(reported)),
    findCopies(
      tx,
      known.map(({ told: one, stretches }) => termsFor(one, stretches)),
    ),
  ]);
  for (const one of known) await creditBefore(tx, one, occurredAt);
  const plans = [];
  for (const one of known) plans.push(await planned(tx, one, { drafts, billedLines, waiting, occurredAt }));
  const due = plans.filter(({ plan }) => plan.draft !== null);
  requireCopies(
    copies,
    due.map(({ told: one, stretches }) => termsFor(one, stretches)),
  );
  const steps = plans.map((step) => ({
    ...step,
    change: changeOf(step, { copies, coupons, drafts, occurredAt }),
  }));
  await recordSteps(tx, steps, occurredAt);
  await waiting.record(tx);
}

/** What is unused is given back before anything is billed. */
async function creditBefore(tx: TenantTx, { told, copy }: Known, occurredAt: Instant): Promise<void> {
  if (told.kind !== 'bill' || told.bill.credit === null) return;
  const { terms, at, credit } = told.bill;
  const { subscriptionId } = terms;
  const items = await readLiveItems(tx, { subscriptionId, at, standing: copy?.standing ?? null });
  const { currency, timeZone } = terms;
  const credits = unusedByInvoice(items, { at, grain: credit.grain, timeZone }, currency);
  await issueNotes(tx, credits, { currency, occurredAt });
}

async function planned(
  tx: TenantTx,
  one: Known,
  context: {
    readonly drafts: ReadonlyMap<string, LoadedInvoice>;
    readonly billedLines: readonly BilledLine[];
    readonly waiting: WaitingCharges;
    readonly occurredAt: Instant;
  },
): Promise<Omit<Step, 'change'>> {
  const { told, copy, stretches } = one;
  const id = newId('inv');
  const standing = copy?.standing ?? null;
  const { billedLines, drafts, occurredAt: at } = context;
  const terms = termsFor(told, stretches);
  const waiting = await context.waiting.for(tx, one, terms);
  const base = { known: stretches, newInvoiceId: id, billedLines, items: [], waiting };
  if (told.kind === 'revision') {
    const closes = (invoiceId: string, stretch: ClosedStretch) => isClosing(drafts.get(invoiceId), stretch);
    const plan = planRevision(told, { ...base, standing, closes });
    if (plan === null) throw new Retryable(`bill ${told.number} of ${told.subscriptionId} is not here yet`);
    context.waiting.take(terms, plan, { invoiceId: id, at });
    return { ...one, id, plan };
  }
  const { subscriptionId } = told.bill.terms;
  const wanted = { subscriptionId, at: told.bill.at, standing };
  const items = told.bill.legs === null ? [] : await readLiveItems(tx, wanted);
  const plan = planBill(told, { ...base, items });
  context.waiting.take(terms, plan, { invoiceId: id, at });
  return { ...one, id, plan };
}

function changeOf(
  { told, id, plan, stretches, copy }: Omit<Step, 'change'>,
  given: {
    readonly copies: Copies;
    readonly coupons: CouponBook;
    readonly drafts: ReadonlyMap<string, LoadedInvoice>;
    readonly occurredAt: Instant;
  },
): InvoiceChange | null {
  const { copies, drafts, occurredAt } = given;
  if (plan.draft !== null) {
    const { charges } = plan.draft;
    const closes = told.kind === 'bill' ? told.bill.closes : null;
    const graceSeconds = copies.settings?.graceSeconds ?? 0;
    const head = headOf(told, stretches);
    const paidPeriod = paidPeriodOf(told, copy?.current.paid ?? null);
    const { customerId, currency, subscriptionId } = head.terms;
    const of = { customerId, currency, subscriptionId, period: paidPeriod, isOfPeriod: isOfPeriod(told) };
    const draft = { ...head, ...plan.draft, id, occurredAt, paidPeriod, coupons: given.coupons.on(of) };
    return drafted(copies, { ...draft, finalAt: finalAt(charges, { closes, occurredAt, graceSeconds }) });
  }
  if (plan.retotal === null) return null;
  const draft = drafts.get(plan.retotal.invoiceId);
  assert(draft?.state.status === 'draft', 'only a draft is re-totalled');
  const basis = withUsage(draft.state.basis, plan.retotal.from, plan.retotal.positions);
  return carriedOut(draft, { type: 'RetotalDraft', basis, basisHash: hashOf(basis) }, occurredAt);
}

/** New drafts whose time is over become final here. */
async function recordSteps(tx: TenantTx, steps: readonly Step[], occurredAt: Instant): Promise<void> {
  const changes = steps.flatMap(({ change }) => change ?? []);
  const over = changes.filter(({ before, after: { state } }) => {
    const isNew = before.version === 0;
    return isNew && state.status === 'draft' && state.finalAt <= occurredAt;
  });
  const issued = await numbered(
    tx,
    over.map(({ after, at }) => ({ draft: after, at })),
  );
  await invoices.record(tx, [...changes, ...issued]);
  writeStretches(
    tx,
    steps.flatMap(({ plan }) => plan.stretches),
  );
  writeSubscriptions(tx, steps.flatMap(copyAfter));
}

/** An invoice belongs to the paid period it opens; else to the one after that which it closes; else to the current one. */
function paidPeriodOf(told: Told, last: number | null): number {
  const after = (last ?? -1) + 1;
  if (told.kind === 'revision') return after;
  const { current, closes, opens } = told.bill;
  if (opens && current !== null && current.paid !== null) return current.paid;
  if (closes?.ends === true) return (closes.paid ?? -1) + 1;
  return current?.paid ?? after;
}

/** Whether an invoice opens or closes a paid period. */
function isOfPeriod(told: Told): boolean {
  if (told.kind === 'revision') return false;
  const { current, closes, opens } = told.bill;
  return closes?.ends === true || (opens && current?.paid !== null);
}

/** The terms that an invoice is made by. */
function termsFor(told: Told, stretches: readonly ClosedStretch[]): Terms {
  return told.kind === 'bill' ? told.bill.terms : rowOf(told, stretches).terms;
}

function rowOf(told: Revision, stretches: readonly ClosedStretch[]): ClosedStretch {
  const row = stretches.find(({ number }) => number === told.number);
  assert(row !== undefined, 'what is revised is known');
  return row;
}

function headOf(told: Told, stretches: readonly ClosedStretch[]) {
  if (told.kind === 'revision') {
    const { terms, period } = rowOf(told, stretches);
    return { origin: 'late', terms, period, bill: null } as const;
  }
  const { terms, number } = told.bill;
  return { origin: originOf(told.bill), terms, period: coveredBy(told.bill), bill: number } as const;
}

function originOf({ closes, reason }: Bill): Basis['origin'] {
  if (closes?.ends === true) return 'close';
  return reason === 'start' ? 'start' : 'change';
}

/** The period that caused an invoice: the stretch that is closed, else the one that is open. */
function coveredBy({ closes, current, at }: Bill) {
  if (closes !== null) return { from: closes.from, to: closes.to };
  return current === null ? { from: at, to: at } : current.period;
}

function copyAfter({ told, copy }: Step): SubscriptionCopy[] {
  if (told.kind === 'revision') return [];
  const { bill } = told;
  const { current: open, terms, over, at, closes } = bill;
  // An earlier release's start that comes late.
  if ((copy?.standing.bill ?? -1) > bill.number) return [];
  const current = open ?? copy?.current ?? (closes === null ? null : closes);
  if (current === null) return [];
  const standing = standingAfter(copy?.standing ?? null, bill);
  const begun = bill.opens ? current.period.from : (copy?.stretchFrom ?? current.period.from);
  const stretchFrom = closes !== null && !bill.opens ? closes.to : begun;
  return [{ terms, current, stretchFrom, standing, endsAt: over === 'ended' ? at : (copy?.endsAt ?? null) }];
}

function isClosing(draft: LoadedInvoice | undefined, { period }: ClosedStretch): boolean {
  if (draft?.state.status !== 'draft') return false;
  const { origin, charges } = draft.state.basis;
  const isOfStretch = charges.some((one) => one.kind === 'usage' && one.period.from === period.from);
  return origin === 'close' && isOfStretch;
}

async function readDrafts(
  tx: TenantTx,
  known: readonly Known[],
): Promise<ReadonlyMap<string, LoadedInvoice>> {
  const revised = known.filter(({ told }) => told.kind === 'revision');
  const ids = revised.flatMap(({ stretches }) => stretches.flatMap(({ invoiceId }) => invoiceId ?? []));
  return invoices.load(tx, await findDrafts(tx, [...new Set(ids)]));
}
