import { assert } from '@tollgate/kernel/assert';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCopies, requireCopies, type Copies } from '../../copies/known.js';
import { withUsage } from '../../invoice/domain/basis.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../../invoice/aggregate.js';
import { carriedOut, numbered } from '../../invoice/handlers.js';
import { findDrafts, lockInvoices } from '../../invoice/store.js';
import {
  finalAt,
  planClose,
  type ClosedPeriod,
  type ClosePlan,
  type PeriodTotals,
} from '../domain/period-close.js';
import { findPeriods, keepSubscriptions, writePeriods } from '../store.js';
import { drafted, hashOf } from './basis.js';
import { readBilledLines } from './billed.js';

/**
 * Totals of closed periods, first or again: drafts, re-totals or remembers, all in this transaction. The periods that
 * follow them are open from now on.
 */
export async function closePeriods(
  tx: TenantTx,
  totals: readonly PeriodTotals[],
  occurredAt: Instant,
): Promise<void> {
  lockInvoices(tx);
  for (const wave of waves(totals)) await closeWave(tx, wave, occurredAt);
  keepSubscriptions(tx, totals.flatMap(openedBy));
}

function openedBy({ terms, index, next }: PeriodTotals) {
  return next === null ? [] : [{ terms, period: next, index: index + 1 }];
}

/** Totals of one subscription, what they lead to, and the invoice that this makes or changes. */
interface Step {
  readonly totals: PeriodTotals;
  readonly plan: ClosePlan;
  readonly change: InvoiceChange | null;
}

async function closeWave(tx: TenantTx, totals: readonly PeriodTotals[], occurredAt: Instant): Promise<void> {
  const all = totals.map(({ terms }) => terms);
  // They travel together.
  const [known, copies] = await Promise.all([findPeriods(tx, totals), findCopies(tx, all)]);
  const rows = [...known.values()].flat();
  const drafts = await readDrafts(tx, rows);
  const billedLines = await readBilledLines(tx, reported(rows, totals));
  const closes = (id: string, period: Period) => closesPeriod(drafts.get(id), period);
  const plans = totals.map((one) => {
    const { subscriptionId } = one.terms;
    const newInvoiceId = newId('inv');
    const context = { known: known.get(subscriptionId) ?? [], newInvoiceId, closes, billedLines };
    return { id: newInvoiceId, totals: one, plan: planClose(one, context) };
  });
  requireCopies(
    copies,
    plans.flatMap(({ plan, totals: { terms } }) => (plan.draft === null ? [] : [terms])),
  );
  const steps = plans.map((step) => ({
    ...step,
    change: changeOf({ ...step, occurredAt }, copies, drafts),
  }));
  await recordSteps(tx, steps, occurredAt);
}

function closesPeriod(draft: LoadedInvoice | undefined, { from }: Period): boolean {
  if (draft?.state.status !== 'draft') return false;
  const { origin, period } = draft.state.basis;
  return origin === 'close' && period.from === from;
}

function changeOf(
  step: Omit<Step, 'change'> & { readonly id: string; readonly occurredAt: Instant },
  copies: Copies,
  drafts: ReadonlyMap<string, LoadedInvoice>,
): InvoiceChange | null {
  const { id, totals, plan, occurredAt } = step;
  const { terms, period } = totals;
  if (plan.draft !== null) {
    const origin = plan.draft.some(({ kind }) => kind !== 'late') ? 'close' : 'late';
    const graceSeconds = copies.settings?.graceSeconds ?? 0;
    const draft = { id, origin, terms, period, charges: plan.draft, occurredAt } as const;
    return drafted(copies, { ...draft, finalAt: finalAt(plan.draft, { period, occurredAt, graceSeconds }) });
  }
  if (plan.retotal === null) return null;
  const draft = drafts.get(plan.retotal.invoiceId);
  assert(draft?.state.status === 'draft', 'only a draft is re-totalled');
  const basis = withUsage(draft.state.basis, period, plan.retotal.quantities);
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
  writePeriods(
    tx,
    steps.flatMap(({ plan }) => plan.periods),
  );
}

async function readDrafts(
  tx: TenantTx,
  rows: readonly ClosedPeriod[],
): Promise<ReadonlyMap<string, LoadedInvoice>> {
  const ids = await findDrafts(tx, [...new Set(rows.flatMap(({ invoiceId }) => invoiceId ?? []))]);
  return invoices.load(tx, ids);
}

/** The periods as these totals leave them. */
function reported(rows: readonly ClosedPeriod[], totals: readonly PeriodTotals[]): ClosedPeriod[] {
  const keyOf = ({ terms, period }: Pick<ClosedPeriod, 'terms' | 'period'>) =>
    `${terms.subscriptionId}/${period.from}`;
  const latest = new Map(totals.map((one) => [keyOf(one), one]));
  return rows.map((row) => {
    const newer = latest.get(keyOf(row));
    return newer === undefined || newer.revision <= row.revision ? row : { ...row, latest: newer.quantities };
  });
}

/** Cuts a list so that no part has a subscription twice: each step must see what the one before it wrote. */
function waves(totals: readonly PeriodTotals[]): PeriodTotals[][] {
  const result: PeriodTotals[][] = [];
  const seen = new Map<string, number>();
  for (const one of totals) {
    const wave = seen.get(one.terms.subscriptionId) ?? 0;
    seen.set(one.terms.subscriptionId, wave + 1);
    (result[wave] ??= []).push(one);
  }
  return result;
}
