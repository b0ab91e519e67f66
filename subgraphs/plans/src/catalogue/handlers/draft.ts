import { assert } from '@tollgate/kernel/assert';
import { invalid } from '@tollgate/kernel/input';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findMeters } from '../../copies/meter.js';
import { tenantCurrency } from '../../copies/settings.js';
import type {
  CreatePlanDraftInput,
  DiscardPlanDraftInput,
  PublishPlanDraftInput,
  UpdatePlanDraftInput,
} from '../../generated/graphql.js';
import { metersOf } from '../domain/terms.js';
import { drafts } from '../store/draft.js';
import { plans, plansById } from '../store/plan.js';
import { versionsById } from '../store/version.js';
import { calendarOf, factsFor } from './plan.js';
import { renewed, unknownPlan } from './plan-life.js';

/** Begins a draft from the terms of a version. */
export async function createPlanDraft(caller: Caller, input: CreatePlanDraftInput) {
  return command(caller, { name: 'createPlanDraft', input, access: 'backend' }, async (tx) => {
    const { planId } = input;
    const [plan] = await plansById(tx, [planId], null);
    if (plan === undefined) return unknownPlan(planId);
    const [version] = await versionsById(tx, [input.planVersionId ?? plan.versionId]);
    if (version?.planId !== plan.id)
      return invalid('input.planVersionId', 'Give the id of a version of this plan, or leave it out.');
    const id = newId('pld');
    const now = await tx.now();
    const terms = renewed(input.withoutPrices === true ? { ...version, prices: [] } : version);
    const decided = drafts.decide(
      drafts.fresh(id),
      { type: 'CreateDraft', id, planId: plan.id, basedOn: version.id, terms, now },
      now,
    );
    assert(decided.ok, 'a draft begins with terms that were published');
    await drafts.record(tx, [decided.change]);
    return { __typename: 'PlanDraftCreated' as const, draftId: id };
  });
}

/** Changes a draft. */
export async function updatePlanDraft(caller: Caller, input: UpdatePlanDraftInput) {
  const { draftId, prices, removePrices, minimums, thresholds, entitlements } = input;
  const named = { prices: prices ?? [], entitlements: entitlements ?? [] };
  const inCurrencies = [...named.prices, ...(removePrices ?? []), ...(minimums ?? []), ...(thresholds ?? [])];
  const waitFor = factsFor(caller, metersOf(named), inCurrencies);
  const asked = { name: 'updatePlanDraft', input, access: 'backend', subject: draftId, waitFor } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeDraft(tx, draftId);
    if (found === null) return unknownDraft(draftId);
    const now = await tx.now();
    const decided = drafts.decide(
      found,
      {
        type: 'EditDraft',
        calendar: calendarOf(input),
        trialDays: input.trialDays ?? null,
        ...{ minimums: minimums ?? null, thresholds: thresholds ?? null, entitlements: entitlements ?? null },
        prices: named.prices,
        removed: removePrices ?? [],
        around: { meters: await findMeters(tx, metersOf(named)), currency: await tenantCurrency(tx) },
        ids: named.prices.map(() => newId('prc')),
        now,
      },
      now,
    );
    if (!decided.ok) return decided.rejection;
    await drafts.record(tx, [decided.change]);
    return { __typename: 'PlanDraftUpdated' as const, draftId };
  });
}

/** Publishes a draft as the next version of its plan. */
export async function publishPlanDraft(caller: Caller, input: PublishPlanDraftInput) {
  const { draftId } = input;
  const asked = { name: 'publishPlanDraft', input, access: 'backend', subject: draftId } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeDraft(tx, draftId);
    if (found === null) return unknownDraft(draftId);
    const { planId, terms } = found.state;
    const versionId = newId('plv');
    const now = await tx.now();
    const decided = drafts.decide(found, { type: 'PublishDraft', versionId, now }, now);
    if (!decided.ok) return ofClosing(decided.rejection);
    const plan = await plans.loadOne(tx, planId);
    const published = plans.decide(
      plan,
      { type: 'PublishTerms', terms, publication: { versionId, now } },
      now,
    );
    assert(published.ok, 'terms of a draft were read when they were given');
    await drafts.record(tx, [decided.change]);
    await plans.record(tx, [published.change]);
    return { __typename: 'PlanDraftPublished' as const, planId, versionId };
  });
}

/** Gives a draft up. */
export async function discardPlanDraft(caller: Caller, input: DiscardPlanDraftInput) {
  const { draftId } = input;
  const asked = { name: 'discardPlanDraft', input, access: 'backend', subject: draftId } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeDraft(tx, draftId);
    if (found === null) return unknownDraft(draftId);
    const now = await tx.now();
    const decided = drafts.decide(found, { type: 'DiscardDraft', now }, now);
    if (!decided.ok) return ofClosing(decided.rejection);
    await drafts.record(tx, [decided.change]);
    return { __typename: 'PlanDraftDiscarded' as const, draftId };
  });
}

type Rejected = Extract<ReturnType<typeof drafts.decide>, { readonly ok: false }>['rejection'];

function ofClosing(rejection: Rejected) {
  assert(
    rejection.reason === 'PlanDraftClosed' || rejection.reason === 'InvalidInput',
    'the end of a draft is rejected for nothing else',
  );
  return rejection;
}

async function madeDraft(tx: TenantTx, draftId: string) {
  const loaded = await drafts.loadOne(tx, draftId);
  const { state } = loaded;
  return state === null ? null : { ...loaded, state };
}

function unknownDraft(draftId: string) {
  return { reason: 'UnknownPlanDraft' as const, message: 'There is no such draft.', draftId };
}
