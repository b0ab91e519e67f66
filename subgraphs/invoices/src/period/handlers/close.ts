import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule, type Appointment } from '@tollgate/runtime/timers/timers';
import { readCopies, type Copies } from '../../copies/known.js';
import { withUsage } from '../../invoice/domain/basis.js';
import { carriedOut, load, numbered, record, type Loaded } from '../../invoice/handlers.js';
import { findDrafts, lockInvoices } from '../../invoice/store.js';
import {
  finalAt,
  planClose,
  type ClosedPeriod,
  type ClosePlan,
  type PeriodTotals,
} from '../domain/period-close.js';
import { findPeriods, writePeriods } from '../store.js';
import { drafted, hashOf } from './basis.js';
import { readBilledLines } from './billed.js';

/** Totals of closed periods, first or again: drafts, re-totals or remembers, all in this transaction. */
export async function closePeriods(
  tx: TenantTx,
  totals: readonly PeriodTotals[],
  occurredAt: Instant,
): Promise<void> {
  await lockInvoices(tx);
  for (const wave of waves(totals)) await closeWave(tx, wave, occurredAt);
}

/** Totals of one subscription, what they lead to, and the invoice that this makes or changes. */
interface Step {
  readonly totals: PeriodTotals;
  readonly plan: ClosePlan;
  readonly invoice: Loaded | null;
}

async function closeWave(tx: TenantTx, totals: readonly PeriodTotals[], occurredAt: Instant): Promise<void> {
  const known = await findPeriods(tx, totals);
  const rows = [...known.values()].flat();
  const drafts = await readDrafts(tx, rows, occurredAt);
  const billedLines = await readBilledLines(tx, reported(rows, totals));
  const isDraft = (id: string) => drafts.has(id);
  const plans = totals.map((one) => {
    const { subscriptionId } = one.terms;
    const newInvoiceId = newId('inv');
    const context = { known: known.get(subscriptionId) ?? [], newInvoiceId, isDraft, billedLines };
    return { id: newInvoiceId, totals: one, plan: planClose(one, context) };
  });
  const due = plans.filter(({ plan }) => plan.draft !== null);
  const copies = await readCopies(
    tx,
    due.map((one) => one.totals.terms),
  );
  const steps = plans.map(({ id, totals: one, plan }) => {
    const invoice = invoiceOf({ id, totals: one, plan, occurredAt }, copies, drafts);
    return { totals: one, plan, invoice };
  });
  await recordSteps(tx, steps, { graceSeconds: copies.settings?.graceSeconds ?? 0, occurredAt });
}

function invoiceOf(
  step: Omit<Step, 'invoice'> & { readonly id: string; readonly occurredAt: Instant },
  copies: Copies,
  drafts: ReadonlyMap<string, Loaded>,
): Loaded | null {
  const { id, totals, plan, occurredAt } = step;
  const { terms, period } = totals;
  if (plan.draft !== null) {
    const origin = plan.draft.some(({ kind }) => kind !== 'late') ? 'close' : 'late';
    return drafted(copies, { id, origin, terms, period, charges: plan.draft, occurredAt });
  }
  if (plan.retotal === null) return null;
  const draft = drafts.get(plan.retotal.invoiceId);
  assert(draft?.state.status === 'draft', 'only a draft is re-totalled');
  const basis = withUsage(draft.state.basis, period, plan.retotal.quantities);
  return carriedOut(draft, { type: 'RetotalDraft', basis, basisHash: hashOf(basis) });
}

/** A new or changed invoice; `dueAt` says until when a new one is a draft. */
interface Made {
  readonly invoice: Loaded;
  readonly dueAt: Instant | null;
}

/** New drafts whose time is over are finalised here; the others get their appointment. */
async function recordSteps(
  tx: TenantTx,
  steps: readonly Step[],
  moment: { readonly graceSeconds: number; readonly occurredAt: Instant },
): Promise<void> {
  const made = steps.flatMap(({ totals, plan, invoice }): Made[] => {
    if (invoice === null) return [];
    if (plan.draft === null) return [{ invoice, dueAt: null }];
    return [{ invoice, dueAt: finalAt(plan.draft, { ...moment, period: totals.period }) }];
  });
  const final = made.filter(({ dueAt }) => dueAt !== null && dueAt <= moment.occurredAt);
  const rest = made.filter((one) => !final.includes(one));
  const issued = await numbered(
    tx,
    final.map(({ invoice }) => invoice),
  );
  await record(tx, [...rest.map(({ invoice }) => invoice), ...issued]);
  await writePeriods(
    tx,
    steps.flatMap(({ plan }) => plan.periods),
  );
  await schedule(tx, rest.flatMap(appointmentOf));
}

/** A draft is finalised when its time is over; those of one customer in the order in which they were made. */
function appointmentOf({ invoice: { id, state }, dueAt }: Made): Appointment[] {
  if (dueAt === null || state.status === 'none') return [];
  return [{ owner: 'invoices', kind: 'finalise', key: id, series: state.basis.customerId, dueAt }];
}

async function readDrafts(
  tx: TenantTx,
  rows: readonly ClosedPeriod[],
  occurredAt: Instant,
): Promise<ReadonlyMap<string, Loaded>> {
  const ids = await findDrafts(tx, [...new Set(rows.flatMap(({ invoiceId }) => invoiceId ?? []))]);
  const drafts = await load(
    tx,
    ids.map((id) => ({ id, occurredAt })),
  );
  return new Map(drafts.map((draft) => [draft.id, draft]));
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
