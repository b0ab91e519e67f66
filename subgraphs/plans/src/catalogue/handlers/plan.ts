import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { scopeForAudit } from '@tollgate/runtime/command/access';
import { command, type Caller, type FactToWaitFor } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Id } from '@tollgate/kernel/id';
import { findMeters, metersToKnow } from '../../copies/meter.js';
import { settingsToKnow, tenantCurrency } from '../../copies/settings.js';
import type { CreatePlanInput, PublishPlanVersionInput, UpdatePlanInput } from '../../generated/graphql.js';
import { externalIdIn, isOfLabels } from '@tollgate/kernel/labels';
import { metersOf, type TermsDraft } from '../domain/terms.js';
import { ALIGNMENT, GRAIN, UNIT } from '../view.js';
import { isCodeTaken, isExternalIdTaken, plans } from '../store/plan.js';
import { products, productsById } from '../store/product.js';

/** Makes a plan with its version 1, and a product of its name where none is chosen. */
export async function createPlan(caller: Caller, input: CreatePlanInput) {
  const draft: TermsDraft = {
    interval: { unit: UNIT[input.interval], count: input.intervalCount ?? 1 },
    alignment: ALIGNMENT[input.alignment ?? 'ANNIVERSARY'],
    grain: GRAIN[input.grain ?? 'DAY'],
    trialDays: input.trialDays ?? 0,
    prices: input.prices,
    minimums: input.minimums ?? [],
    thresholds: input.thresholds ?? [],
    entitlements: input.entitlements ?? [],
  };
  const asked = { name: 'createPlan', input, access: 'backend', waitFor: factsOf(caller, draft) } as const;
  return command(caller, asked, async (tx) => {
    const { name, code, productId, externalId, metadata } = input;
    const labels = { externalId, metadata };
    const product = await chosenProduct(tx, productId ?? null);
    if (product === null) return unknownProduct(productId ?? '');
    const publication = await publicationOf(tx, draft);
    const taken = {
      isTaken: await isCodeTaken(tx, code),
      isExternalIdTaken: await isExternalIdTaken(tx, externalIdIn(labels)),
    };
    const planId = newId('pln');
    const decided = plans.decide(
      plans.fresh(planId),
      { type: 'CreatePlan', planId, productId: product.id, name, code, labels, ...taken, draft, publication },
      publication.now,
    );
    if (!decided.ok) return decided.rejection;
    if (product.isNew) await recordProduct(tx, { id: product.id, name }, publication.now);
    await plans.record(tx, [decided.change]);
    return { __typename: 'PlanCreated' as const, planId };
  });
}

/** Publishes the next version of a plan; its calendar stays unless another is given. */
export async function publishPlanVersion(caller: Caller, input: PublishPlanVersionInput) {
  const { prices, minimums, thresholds, entitlements } = input;
  const draft = {
    ...{ prices, minimums: minimums ?? [], thresholds: thresholds ?? [] },
    entitlements: entitlements ?? [],
  };
  const waitFor = factsOf(caller, draft);
  const asked = { name: 'publishPlanVersion', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    const { planId } = input;
    const found = await plans.loadOne(tx, planId);
    if (found.state === null)
      return { reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
    const publication = await publicationOf(tx, draft);
    const calendar = calendarOf(input);
    const decided = plans.decide(
      found,
      { type: 'PublishVersion', calendar, draft, publication },
      publication.now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(
        rejection.reason !== 'PlanCodeTaken' && rejection.reason !== 'ExternalIdTaken',
        'a version changes neither code nor external id',
      );
      return rejection;
    }
    await plans.record(tx, [decided.change]);
    return { __typename: 'PlanVersionPublished' as const, planId, versionId: publication.versionId };
  });
}

/** Changes what the tenant calls a plan and notes on it; what is absent stays. */
export async function updatePlan(caller: Caller, input: UpdatePlanInput) {
  const { planId, ...labels } = input;
  const asked = { name: 'updatePlan', input, access: 'backend', subject: planId } as const;
  return command(caller, asked, async (tx) => {
    const [found, isTaken, now] = await Promise.all([
      plans.loadOne(tx, planId),
      isExternalIdTaken(tx, externalIdIn(labels)),
      tx.now(),
    ]);
    if (found.state === null)
      return { reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
    const decided = plans.decide(found, { type: 'LabelPlan', labels, isExternalIdTaken: isTaken }, now);
    if (!decided.ok) {
      assert(isOfLabels(decided.rejection), 'labels are rejected for nothing else');
      return decided.rejection;
    }
    await plans.record(tx, [decided.change]);
    return { __typename: 'PlanUpdated' as const, planId };
  });
}

type Draft = Pick<TermsDraft, 'prices' | 'minimums' | 'thresholds' | 'entitlements'>;

function factsOf(caller: Caller, draft: Draft): readonly FactToWaitFor[] {
  return factsFor(caller, metersOf(draft), [...draft.prices, ...draft.minimums, ...draft.thresholds]);
}

/** Meters that are named, and the tenant's currency where something leaves it out. */
export function factsFor(
  { context }: Caller,
  meterIds: readonly string[],
  inCurrencies: readonly { readonly currency?: string | null | undefined }[],
): readonly FactToWaitFor[] {
  const tenantId = scopeForAudit(context)?.tenantId;
  const needsCurrency = inCurrencies.some(({ currency }) => (currency ?? null) === null);
  const settings = needsCurrency && tenantId !== undefined ? [settingsToKnow(tenantId)] : [];
  return [metersToKnow(meterIds), ...settings];
}

async function publicationOf(tx: TenantTx, draft: Draft) {
  return {
    versionId: newId('plv'),
    ids: draft.prices.map(() => newId('prc')),
    meters: await findMeters(tx, metersOf(draft)),
    currency: await tenantCurrency(tx),
    now: await tx.now(),
  };
}

/** What an input says of a calendar. */
export function calendarOf(
  input: Pick<PublishPlanVersionInput, 'interval' | 'intervalCount' | 'alignment' | 'grain' | 'trialDays'>,
) {
  const { interval, intervalCount, alignment, grain, trialDays } = input;
  return {
    ...(interval && { unit: UNIT[interval] }),
    ...(typeof intervalCount === 'number' && { count: intervalCount }),
    ...(alignment && { alignment: ALIGNMENT[alignment] }),
    ...(grain && { grain: GRAIN[grain] }),
    ...(typeof trialDays === 'number' && { trialDays }),
  };
}

interface ChosenProduct {
  readonly id: Id<'prd'>;
  readonly isNew: boolean;
}

async function chosenProduct(tx: TenantTx, productId: string | null): Promise<ChosenProduct | null> {
  if (productId === null) return { id: newId('prd'), isNew: true };
  const [product] = await productsById(tx, [productId], null);
  return product === undefined ? null : { id: product.id, isNew: false };
}

/** The name was read with the plan's, so that nothing can be wrong with it. */
async function recordProduct(
  tx: TenantTx,
  product: { readonly id: Id<'prd'>; readonly name: string },
  now: Instant,
): Promise<void> {
  const decided = products.decide(products.fresh(product.id), { type: 'CreateProduct', ...product }, now);
  assert(decided.ok, 'a product takes every name that a plan takes');
  await products.record(tx, [decided.change]);
}

function unknownProduct(productId: string) {
  return { reason: 'UnknownProduct' as const, message: 'There is no such product.', productId };
}
