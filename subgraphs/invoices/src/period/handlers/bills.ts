import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { inPieces } from '@tollgate/runtime/database/pieces';
import { findCopies, requireCopies, type Copies } from '../../copies/known.js';
import { issueNotes } from '../../credit-note/handlers/issue.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../../invoice/aggregate.js';
import { withUsage } from '../../invoice/domain/basis.js';
import { isFor } from '../../invoice/domain/joint.js';
import { drawnAnew } from '../../commitment/domain/drawdown.js';
import { CommitmentBook } from '../../commitment/handlers.js';
import { CouponBook } from '../../discount/handlers.js';
import { drafted, hashOf } from '../../draft/handlers.js';
import { numbered } from '../../invoice/handlers.js';
import { carriedOut } from '../../invoice/handlers/purses.js';
import { findDrafts, lockInvoices } from '../../invoice/store.js';
import { unusedByInvoice } from '../domain/legs.js';
import {
  finalAt,
  NOTHING_WAITS,
  planBill,
  planRevision,
  type BillPlan,
  type Waiting,
} from '../domain/plan-bill.js';
import type { BilledLine, ClosedStretch } from '../domain/stretch.js';
import type { Progress } from '../domain/progress.js';
import { findProgress, progressKey, type StretchKey } from '../store/progress.js';
import { writeStretches } from '../store/stretch.js';
import { readBilledLines } from './billed.js';
import { cutRevenue } from './cut.js';
import { headOf, isOfPeriod, paidPeriodOf, termsFor } from './heads.js';
import { withoutHeld } from './held.js';
import { creditedBy, readLiveItems } from './items.js';
import { jointInvoices, type Member } from './joint.js';
import { readNews, reported, waves, type Known, type Told } from './known.js';
import { keepStanding } from './standing.js';
import { unitsOf, type Unit } from './units.js';
import { WaitingCharges } from './waiting.js';

/** Bills, first or their positions again: drafts, re-totals or remembers, all in this transaction. */
export async function carryOut(tx: TenantTx, told: readonly Told[], occurredAt: Instant): Promise<void> {
  lockInvoices(tx);
  for (const wave of waves(told)) await carryOutWave(tx, wave, occurredAt);
}

/** What bills are carried out with; what one of them leads to, the next one sees. */
interface Context {
  readonly waiting: WaitingCharges;
  readonly coupons: CouponBook;
  readonly commitments: CommitmentBook;
  readonly drafts: Map<string, LoadedInvoice>;
  readonly billedLines: readonly BilledLine[];
  readonly copies: Copies;
  /** What threshold invoices billed of stretches that are closed. */
  readonly progress: ReadonlyMap<string, Progress>;
  readonly occurredAt: Instant;
}

/** What bills on one invoice lead to, and the changes of invoices that they make. */
interface Step {
  readonly members: readonly Member[];
  readonly change: InvoiceChange | null;
}

async function carryOutWave(tx: TenantTx, told: readonly Told[], occurredAt: Instant): Promise<void> {
  const known = await withoutHeld(tx, await readNews(tx, told), occurredAt);
  const terms = known.map(({ told: one, stretches }) => termsFor(one, stretches));
  const customerIds = terms.map(({ customerId }) => customerId);
  // They travel together.
  const [waiting, coupons, commitments, drafts, billedLines, copies, progress] = await Promise.all([
    WaitingCharges.of(tx, customerIds),
    CouponBook.open(tx, customerIds),
    CommitmentBook.open(tx, customerIds),
    readDrafts(tx, known),
    readBilledLines(tx, known.flatMap(reported)),
    findCopies(tx, terms),
    findProgress(tx, known.flatMap(progressing)),
  ]);
  for (const one of known) await creditBefore(tx, one, occurredAt);
  const context = { waiting, coupons, commitments, drafts, billedLines, copies, progress, occurredAt };
  // Postgres writes the first while the last are made.
  await inPieces(unitsOf(known), async (units) => {
    const steps: Step[] = [];
    for (const unit of units) steps.push(...(await stepsOf(tx, unit, context)));
    await recordSteps(tx, steps, occurredAt);
  });
  await waiting.record(tx);
  await cutRevenue(tx, known, occurredAt);
}

/** What is unused is given back before anything is billed. */
async function creditBefore(tx: TenantTx, { told, copy }: Known, occurredAt: Instant): Promise<void> {
  if (told.kind !== 'bill' || told.bill.credit === null) return;
  const { terms, at, credit } = told.bill;
  const { subscriptionId } = terms;
  const live = await readLiveItems(tx, { subscriptionId, at, standing: copy?.standing ?? null });
  const items = creditedBy(credit, live);
  const { currency, timeZone } = terms;
  const credits = unusedByInvoice(items, { at, grain: credit.grain, timeZone }, currency);
  await issueNotes(tx, credits, { to: credit.to, occurredAt });
}

async function stepsOf(tx: TenantTx, unit: Unit, context: Context): Promise<Step[]> {
  const [first, ...others] = unit.members;
  assert(first !== undefined, 'a unit has members');
  const terms = termsFor(first.told, first.stretches);
  const waiting = await context.waiting.for(tx, unit.members, terms);
  const steps =
    others.length === 0
      ? [await singleStep(tx, { unit, one: first, waiting }, context)]
      : await jointSteps(tx, { unit, waiting }, context);
  for (const { change } of steps) {
    const state = change?.after.state;
    if (change === null || state === undefined || state.status === 'none') continue;
    context.commitments.take(change.before.state, state);
    if (change.before.version === 0) context.coupons.used(state);
    else context.drafts.set(change.id, change.after);
    context.waiting.take(terms, change);
  }
  return steps;
}

async function singleStep(
  tx: TenantTx,
  { unit, one, waiting }: { readonly unit: Unit; readonly one: Known; readonly waiting: Waiting },
  context: Context,
): Promise<Step> {
  const member = { ...one, plan: await planned(tx, one, { ...context, waiting, newInvoiceId: unit.id }) };
  return { members: [member], change: changeOf(member, unit.id, context) };
}

async function jointSteps(
  tx: TenantTx,
  { unit, waiting }: { readonly unit: Unit; readonly waiting: Waiting },
  context: Context,
): Promise<Step[]> {
  const members: Member[] = [];
  const alone = { ...context, waiting: NOTHING_WAITS, newInvoiceId: unit.id };
  for (const one of unit.members) members.push({ ...one, plan: await planned(tx, one, alone) });
  return jointInvoices(unit.id, members, { ...context, waiting });
}

async function planned(
  tx: TenantTx,
  { told, copy, stretches }: Known,
  context: Pick<Context, 'billedLines' | 'drafts' | 'progress'> & {
    readonly waiting: Waiting;
    readonly newInvoiceId: string;
  },
): Promise<BillPlan> {
  const standing = copy?.standing ?? null;
  const { billedLines, drafts, waiting, newInvoiceId } = context;
  const base = { known: stretches, newInvoiceId, billedLines, items: [], waiting };
  if (told.kind === 'revision') {
    const closes = (invoiceId: string, stretch: ClosedStretch) => isClosing(drafts.get(invoiceId), stretch);
    const plan = planRevision(told, { ...base, standing, closes });
    if (plan === null) throw new Retryable(`bill ${told.number} of ${told.subscriptionId} is not here yet`);
    return plan;
  }
  const { terms, at, legs } = told.bill;
  const { subscriptionId } = terms;
  const items = legs === null ? [] : await readLiveItems(tx, { subscriptionId, at, standing });
  const [closing] = progressing({ told });
  const progress = closing === undefined ? undefined : context.progress.get(progressKey(closing));
  return planBill(told, { ...base, items, ...(progress !== undefined && { progress }) });
}

/** The stretch that a bill closes, where it may have been billed before it was over. */
function progressing({ told }: Pick<Known, 'told'>): StretchKey[] {
  if (told.kind !== 'bill' || told.bill.closes?.terms.threshold === undefined) return [];
  const { closes, terms } = told.bill;
  return [{ subscriptionId: terms.subscriptionId, from: closes.from }];
}

const NEW = { status: 'none' } as const;

function changeOf(
  { told, plan, stretches, copy }: Member,
  id: string,
  context: Context,
): InvoiceChange | null {
  const { copies, drafts, occurredAt, coupons: book, commitments } = context;
  if (plan.draft !== null) {
    const { charges } = plan.draft;
    const closes = told.kind === 'bill' ? told.bill.closes : null;
    const graceSeconds = copies.settings?.graceSeconds ?? 0;
    const head = headOf(told, stretches);
    requireCopies(copies, [head.terms]);
    const paidPeriod = paidPeriodOf(told, copy?.current.paid ?? null);
    const { customerId, currency, subscriptionId } = head.terms;
    const of = { customerId, currency, subscriptionId, period: paidPeriod, isOfPeriod: isOfPeriod(told) };
    const taken = { coupons: book.on(of), commitments: commitments.for(NEW) };
    const draft = { ...head, ...plan.draft, id, occurredAt, paidPeriod, ...taken };
    return drafted(copies, { ...draft, finalAt: finalAt(charges, { closes, occurredAt, graceSeconds }) });
  }
  if (plan.retotal === null) return null;
  const draft = drafts.get(plan.retotal.invoiceId);
  assert(draft?.state.status === 'draft', 'only a draft is re-totalled');
  const basis = drawnAnew(withUsage(draft.state.basis, plan.retotal), commitments.for(draft.state));
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
  const members = steps.flatMap((step) => step.members);
  writeStretches(
    tx,
    members.flatMap(({ plan }) => plan.stretches),
  );
  keepStanding(tx, members);
}

function isClosing(draft: LoadedInvoice | undefined, { period, terms }: ClosedStretch): boolean {
  if (draft?.state.status !== 'draft') return false;
  const { basis } = draft.state;
  const isOfStretch = basis.charges.some(
    (one) =>
      one.kind === 'usage' && one.period.from === period.from && isFor(basis, one, terms.subscriptionId),
  );
  return basis.origin === 'close' && isOfStretch;
}

async function readDrafts(tx: TenantTx, known: readonly Known[]): Promise<Map<string, LoadedInvoice>> {
  const revised = known.filter(({ told }) => told.kind === 'revision');
  const ids = revised.flatMap(({ stretches }) => stretches.flatMap(({ invoiceId }) => invoiceId ?? []));
  return invoices.load(tx, await findDrafts(tx, [...new Set(ids)]));
}
