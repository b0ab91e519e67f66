import { assert } from '@tollgate/kernel/assert';
import { invalid } from '@tollgate/kernel/input';
import { externalIdIn, isOfLabels } from '@tollgate/kernel/labels';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { ArchivePlanInput, CopyPlanInput, RestorePlanInput } from '../../generated/graphql.js';
import type { Terms } from '../domain/terms.js';
import { isCodeTaken, isExternalIdTaken, plans, plansById } from '../store/plan.js';
import { productsById } from '../store/product.js';
import { versionsById } from '../store/version.js';

/** Makes a plan with the terms of a version of another. */
export async function copyPlan(caller: Caller, input: CopyPlanInput) {
  return command(caller, { name: 'copyPlan', input, access: 'backend' }, async (tx) => {
    const { planId, name, code, externalId, metadata } = input;
    const [original] = await plansById(tx, [planId], null);
    if (original === undefined) return unknownPlan(planId);
    const productId = input.productId ?? original.productId;
    const [product] = await productsById(tx, [productId], null);
    if (product === undefined)
      return { reason: 'UnknownProduct' as const, message: 'There is no such product.', productId };
    const [version] = await versionsById(tx, [input.planVersionId ?? original.versionId]);
    if (version?.planId !== original.id)
      return invalid('input.planVersionId', 'Give the id of a version of this plan, or leave it out.');
    const labels = { externalId, metadata };
    const taken = {
      isTaken: await isCodeTaken(tx, code),
      isExternalIdTaken: await isExternalIdTaken(tx, externalIdIn(labels)),
    };
    const now = await tx.now();
    const [copyId, versionId] = [newId('pln'), newId('plv')];
    const head = { planId: copyId, productId: product.id, name, code, labels, ...taken };
    const publication = { versionId, now };
    const decided = plans.decide(
      plans.fresh(copyId),
      { type: 'CopyPlan', ...head, terms: renewed(version), publication },
      now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(
        rejection.reason === 'PlanCodeTaken' || isOfLabels(rejection),
        'terms that were published make sense',
      );
      return rejection;
    }
    await plans.record(tx, [decided.change]);
    return { __typename: 'PlanCopied' as const, planId: copyId };
  });
}

/** Nobody new gets on a plan from now on. */
export async function archivePlan(caller: Caller, input: ArchivePlanInput) {
  const asked = { name: 'archivePlan', input, access: 'backend', subject: input.planId } as const;
  return command(caller, asked, async (tx) => {
    if (!(await onSale(tx, input.planId, 'ArchivePlan'))) return unknownPlan(input.planId);
    return { __typename: 'PlanArchived' as const, planId: input.planId };
  });
}

/** A plan is on sale again. */
export async function restorePlan(caller: Caller, input: RestorePlanInput) {
  const asked = { name: 'restorePlan', input, access: 'backend', subject: input.planId } as const;
  return command(caller, asked, async (tx) => {
    if (!(await onSale(tx, input.planId, 'RestorePlan'))) return unknownPlan(input.planId);
    return { __typename: 'PlanRestored' as const, planId: input.planId };
  });
}

/** The plan is archived: nobody new gets on it. */
export function notOnSale(planId: string, archivedAt: Instant) {
  return {
    reason: 'PlanNotOnSale' as const,
    message: 'The plan is archived: nobody new gets on it.',
    ...{ planId, archivedAt },
  };
}

/** There is no such plan. */
export function unknownPlan(planId: string) {
  return { reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
}

/** The terms of a version for another one, whose prices have ids of their own. */
export function renewed({
  interval,
  alignment,
  grain,
  trialDays,
  minimums,
  thresholds,
  entitlements,
  prices,
}: Terms): Terms {
  const own = prices.map((price) => ({ ...price, priceId: newId('prc') }));
  return { interval, alignment, grain, trialDays, minimums, thresholds, entitlements, prices: own };
}

/** Whether there is such a plan. */
async function onSale(tx: TenantTx, planId: string, type: 'ArchivePlan' | 'RestorePlan'): Promise<boolean> {
  const found = await plans.loadOne(tx, planId);
  if (found.state === null) return false;
  const now = await tx.now();
  const decided = plans.decide(found, { type, now }, now);
  assert(decided.ok, 'taking off sale is never rejected');
  await plans.record(tx, [decided.change]);
  return true;
}
