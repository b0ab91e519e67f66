import { createHash } from 'node:crypto';
import { assert } from '@tollgate/kernel/assert';
import { canonicalJson } from '@tollgate/kernel/codec';
import { addSeconds, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { Retryable } from '@tollgate/runtime/base/errors';
import { newId } from '@tollgate/runtime/base/new-id';
import { schedule } from '@tollgate/runtime/timers/timers';
import {
  feeCharges,
  planClose,
  type ChargePlan,
  type ClosePlan,
  type PeriodTotals,
  type Terms,
} from './domain/period-close.js';
import { RATING_RULES, withUsage, type Basis } from '../invoice/domain/computation.js';
import { carriedOut, load, newWork, numbered, record, type Work } from '../invoice/handlers.js';
import { findInvoices, lockInvoices, startedInvoices } from '../invoice/store.js';
import {
  findCustomers,
  findPeriods,
  findSettings,
  writePeriods,
  type CustomerCopy,
  type SettingsCopy,
} from '../copies/customer.js';

/** A subscription that started, with its first period. */
export interface Start {
  readonly terms: Terms;
  readonly period: Period;
  readonly occurredAt: Instant;
}

/** Bills the fees of first periods. A fee waits for no usage, so there is no grace: the invoice is final at once. */
export async function billStarts(tx: TenantTx, starts: readonly Start[]): Promise<void> {
  await lockInvoices(tx);
  const billed = await startedInvoices(
    tx,
    starts.map(({ terms }) => terms.subscriptionId),
  );
  const due = starts.flatMap((start) => {
    const charges = feeCharges(start.terms, start.period);
    return charges.length === 0 || billed.has(start.terms.subscriptionId) ? [] : [{ ...start, charges }];
  });
  const copies = await readCopies(
    tx,
    due.map(({ terms }) => terms),
  );
  const drafts = due.map((start) => drafted(copies, { ...start, id: newId('inv'), origin: 'start' }));
  await record(tx, await numbered(tx, drafts));
}

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
  drafts: ReadonlyMap<string, Work>,
  occurredAt: Instant,
): Work | null {
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
    readonly made: readonly (Step & { readonly work: Work | null })[];
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

/** Facts of tenancy that bills are computed by. */
export interface Copies {
  readonly settings: SettingsCopy | null;
  readonly customers: ReadonlyMap<string, CustomerCopy>;
}

/** What bills are computed by. Tenancy's facts may be a moment away: then all of this is tried again. */
export async function readCopies(tx: TenantTx, terms: readonly Terms[]): Promise<Copies> {
  const ids = [...new Set(terms.map((one) => one.customerId))];
  const settings = await findSettings(tx);
  const customers = await findCustomers(tx, ids);
  if (ids.length > 0 && settings === null) throw new Retryable('the settings of the tenant are not here yet');
  const missing = ids.find((id) => !customers.has(id));
  if (missing !== undefined) throw new Retryable(`customer ${missing} is not here yet`);
  return { settings, customers };
}

async function readDrafts(
  tx: TenantTx,
  ids: readonly string[],
  occurredAt: Instant,
): Promise<ReadonlyMap<string, Work>> {
  const found = await findInvoices(tx, [...new Set(ids)]);
  const draftIds = found.filter(({ invoice }) => invoice.status === 'draft').map(({ id }) => id);
  return new Map((await load(tx, draftIds, occurredAt)).map((work) => [work.id, work]));
}

function drafted(
  copies: Copies,
  draft: Billing & { readonly id: string; readonly occurredAt: Instant },
): Work {
  const { id, occurredAt } = draft;
  const basis = basisOf(copies, draft);
  const command = { type: 'DraftInvoice', basis, basisHash: hashOf(basis), draftedAt: occurredAt } as const;
  return carriedOut(newWork(id, occurredAt), command);
}

/** Charges of one subscription that are billed together. */
export interface Billing {
  readonly origin: Basis['origin'];
  readonly terms: Terms;
  readonly period: Period;
  readonly charges: readonly ChargePlan[];
}

/** Everything that an invoice over these charges is computed from. */
export function basisOf(copies: Copies, { origin, terms, period, charges }: Billing): Basis {
  return {
    rules: RATING_RULES,
    origin,
    customerId: terms.customerId,
    subscriptionId: terms.subscriptionId,
    planVersionId: terms.planVersionId,
    currency: terms.currency,
    period,
    charges: charges.map((charge) => ({ ...charge, lineId: newId('lin') })),
    ...ratesOf(copies, terms),
  };
}

function ratesOf({ settings, customers }: Copies, { customerId }: Terms) {
  const customer = customers.get(customerId);
  assert(customer !== undefined && settings !== null, 'the copies were read for these terms');
  return {
    customerRevision: customer.revision,
    country: customer.country,
    taxPercent: settings.taxRates[customer.country] ?? null,
    settingsRevision: settings.revision,
  };
}

/** SHA-256 of the basis' canonical JSON, in hex. */
export function hashOf(basis: Basis): string {
  return createHash('sha256').update(canonicalJson(basis)).digest('hex');
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
