import { assert } from '@tollgate/kernel/assert';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { announce } from '../../catalogue/handlers/announce.js';
import { notOnSale } from '../../catalogue/handlers/plan-life.js';
import { plansById } from '../../catalogue/store/plan.js';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import { versionsById } from '../../catalogue/store/version.js';
import { lockCustomer } from '../../copies/customer.js';
import type { ChangeSubscriptionInput } from '../../generated/graphql.js';
import { subscriptions } from '../aggregate.js';
import type { ChangeRejection } from '../domain/change.js';
import type { Priced } from '../domain/overrides.js';
import type { MadeState } from '../domain/state.js';
import { CYCLE, PRORATION } from '../view.js';
import { madeSubscription, othersOf, unknownSubscription } from './life.js';

/** Puts a subscription on other terms, now or from its next period on. */
export async function changeSubscription(caller: Caller, input: ChangeSubscriptionInput) {
  const { subscriptionId, proration, cycle } = input;
  const planId = input.planId ?? null;
  const asked = { name: 'changeSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const unlocked = await madeSubscription(tx, subscriptionId);
    if (unlocked === null) return unknownSubscription(subscriptionId);
    // Meters are priced one by one, as when subscriptions are made.
    await lockCustomer(tx, unlocked.state.contract.customerId);
    const found = await madeSubscription(tx, subscriptionId);
    assert(found !== null, 'what is made stays');
    const target = planId === null ? null : await currentOf(tx, planId);
    if (planId !== null && target === null)
      return { reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
    // Its newer versions are for those who are on it.
    if (target !== null && target.plan.archivedAt !== null && planId !== found.state.contract.version.planId)
      return notOnSale(target.plan.id, target.plan.archivedAt);
    const now = await tx.now();
    const overrides = input.overrides ?? null;
    const { contract } = found.state;
    const decided = subscriptions.decide(
      found,
      {
        type: 'ChangeSubscription',
        version: target?.version ?? null,
        quantity: input.quantity ?? null,
        overrides,
        priced: overrides === null ? [] : await pricedBy(tx, contract, target?.version.prices ?? null),
        when: input.when ?? 'NOW',
        proration: proration ? PRORATION[proration] : null,
        cycle: cycle ? CYCLE[cycle] : null,
        neighbours: await othersOf(tx, found.state),
        now,
      },
      now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(isOfTerms(rejection), 'other terms are not rejected for this');
      return rejection;
    }
    if (target !== null) await announce(tx, target, now);
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionChanged' as const, subscriptionId };
  });
}

type Rejected = Extract<ReturnType<typeof subscriptions.decide>, { readonly ok: false }>['rejection'];

const OF_LIFE = [
  'ExternalIdTaken',
  'NotCancelling',
  'NotPaused',
  'UnknownAddon',
  'AddonAlreadyAdded',
  'UnderContract',
] as const;

function isOfTerms(rejection: Rejected): rejection is Extract<Rejected, ChangeRejection> {
  return !OF_LIFE.some((reason) => reason === rejection.reason);
}

/** A plan and its current version; null where there is no such plan. */
async function currentOf(tx: TenantTx, planId: string) {
  const [plan] = await plansById(tx, [planId], null);
  if (plan === undefined) return null;
  const [version] = await versionsById(tx, [plan.versionId]);
  assert(version !== undefined, 'a plan has its current version');
  return { plan, version };
}

/** Prices that overrides may stand in the place of: those of the version to be on, in the subscription's currency. */
async function pricedBy(
  tx: TenantTx,
  { version, currency }: MadeState['contract'],
  wanted: PlanVersion['prices'] | null,
): Promise<Priced> {
  if (wanted === null && version.inline !== null) return version.inline.prices;
  const prices = wanted ?? (await versionsById(tx, [version.planVersionId]))[0]?.prices ?? [];
  return prices.filter((price) => price.currency === currency);
}
