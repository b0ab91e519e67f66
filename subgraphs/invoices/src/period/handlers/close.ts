import { assert } from '@tollgate/kernel/assert';
import { addSeconds, type Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule } from '@tollgate/runtime/timers/timers';
import { readCopies, type Copies } from '../../copies/known.js';
import { withUsage } from '../../invoice/domain/computation.js';
import { carriedOut, load, numbered, record, type Loaded } from '../../invoice/handlers.js';
import { findInvoices, lockInvoices } from '../../invoice/store.js';
import { planClose, type ChargePlan, type ClosePlan, type PeriodTotals } from '../domain/period-close.js';
import { findPeriods, writePeriods } from '../store.js';
import { drafted, hashOf, ratesOf } from './basis.js';

/** Totals of closed periods, first or again: drafts, re-totals or remembers, all in this transaction. */
export async function closePeriods(
  tx: TenantTx,
  totals: readonly PeriodTotals[],
  occurredAt: Instant,
): Promise<void> {
  await lockInvoices(tx);
  for (const wave of waves(totals)) await closeWave(tx, wave, occurredAt);
}

async function closeWave(tx: TenantTx, totals: readonly PeriodTotals[], occurredAt: Instant): Promise<void> {
  const known = await findPeriods(tx, totals);
  const drafts = await readDrafts(
    tx,
    [...known.values()].flat().flatMap(({ invoiceId }) => invoiceId ?? []),
    occurredAt,
  );
  const steps = totals.map((one) => {
    const id = newId('inv');
    const context = { known: known.get(one.terms.subscriptionId) ?? [], newInvoiceId: id };
    return { id, totals: one, plan: planClose(one, { ...context, isDraft: (given) => drafts.has(given) }) };
  });
  const copies = await readCopies(
    tx,
    steps.filter(({ plan }) => plan.draft ?? plan.retotal).map((step) => step.totals.terms),
  );
  const made = steps.map((step) => ({ ...step, work: carryOutPlan(step, copies, drafts, occurredAt) }));
  await finish(tx, { made, copies, occurredAt });
}

interface Step {
  readonly id: string;
  readonly totals: PeriodTotals;
  readonly plan: ClosePlan;
}

function carryOutPlan(
  { id, totals, plan }: Step,
  copies: Copies,
  drafts: ReadonlyMap<string, Loaded>,
  occurredAt: Instant,
): Loaded | null {
  const { terms, period } = totals;
  if (plan.draft !== null) {
    const origin = plan.draft.some((charge) => charge.billed === null) ? 'close' : 'late';
    return drafted(copies, { id, origin, terms, period, charges: plan.draft, occurredAt });
  }
  if (plan.retotal === null) return null;
  const work = drafts.get(plan.retotal.invoiceId);
  assert(work?.state.status === 'draft', 'only a draft is re-totalled');
  const basis = withUsage(
    { ...work.state.basis, ...ratesOf(copies, terms) },
    period,
    plan.retotal.quantities,
  );
  return carriedOut(work, { type: 'RetotalDraft', basis, basisHash: hashOf(basis) });
}

/** Drafts without usage or grace are finalised here; the others get their appointment. */
async function finish(
  tx: TenantTx,
  close: {
    readonly made: readonly (Step & { readonly work: Loaded | null })[];
    readonly copies: Copies;
    readonly occurredAt: Instant;
  },
): Promise<void> {
  const { made, copies, occurredAt } = close;
  const fresh = made.flatMap(({ work, plan, totals }) =>
    work === null || plan.draft === null ? [] : [{ work, charges: plan.draft, totals }],
  );
  const grace = copies.settings?.graceSeconds ?? 0;
  const waits = ({ charges }: { charges: readonly ChargePlan[] }): boolean =>
    grace > 0 && charges.some((charge) => charge.kind === 'usage');
  const atOnce = fresh.filter((one) => !waits(one)).map((one) => one.work);
  const final = await numbered(tx, atOnce);
  const rest = made.flatMap(({ work }) => (work === null || atOnce.includes(work) ? [] : [work]));
  await record(tx, [...rest, ...final]);
  await writePeriods(
    tx,
    made.flatMap(({ plan }) => plan.periods),
  );
  const appointments = fresh.filter(waits).map(({ work, totals, charges }) => {
    // What is late by itself gets its grace from now on; a period's own invoice from the period's end.
    const from = charges.some((charge) => charge.billed === null) ? totals.period.to : occurredAt;
    return { owner: 'invoices', kind: 'finalise', key: work.id, dueAt: addSeconds(from, grace) };
  });
  await schedule(tx, appointments);
}

async function readDrafts(
  tx: TenantTx,
  ids: readonly string[],
  occurredAt: Instant,
): Promise<ReadonlyMap<string, Loaded>> {
  const found = await findInvoices(tx, [...new Set(ids)]);
  const draftIds = found.filter(({ invoice }) => invoice.status === 'draft').map(({ id }) => id);
  return new Map(
    (
      await load(
        tx,
        draftIds.map((id) => ({ id, occurredAt })),
      )
    ).map((work) => [work.id, work]),
  );
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
