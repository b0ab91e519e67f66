import { assert } from '@tollgate/kernel/assert';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { announce } from '../../catalogue/handlers/announce.js';
import { notOnSale } from '../../catalogue/handlers/plan-life.js';
import { plansById, type PlanRow } from '../../catalogue/store/plan.js';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import { versionsById, type KnownVersion } from '../../catalogue/store/version.js';
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
    const wanted = await targetOf(tx, planId, found.state);
    if (!wanted.ok) return wanted.rejection;
    const { target } = wanted;
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
  'UnusedFeesNotCreditable',
] as const;

function isOfTerms(rejection: Rejected): rejection is Extract<Rejected, ChangeRejection> {
  return !OF_LIFE.some((reason) => reason === rejection.reason);
}

/** A plan, and its current version. */
export interface Target {
  readonly plan: PlanRow;
  readonly version: KnownVersion;
}

/** The plan that a subscription is to be on from now on, where another one, or its newest version, is asked for. */
export async function targetOf(tx: TenantTx, planId: string | null, { contract }: MadeState) {
  if (planId === null) return { ok: true as const, target: null };
  const [plan] = await plansById(tx, [planId], null);
  if (plan === undefined) {
    const rejection = { reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
    return { ok: false as const, rejection };
  }
  // Its newer versions are for those who are on it.
  if (plan.archivedAt !== null && planId !== contract.version.planId)
    return { ok: false as const, rejection: notOnSale(plan.id, plan.archivedAt) };
  const [version] = await versionsById(tx, [plan.versionId]);
  assert(version !== undefined, 'a plan has its current version');
  const target: Target = { plan, version };
  return { ok: true as const, target };
}

/** Prices that overrides may stand in the place of: those of the version to be on, in the subscription's currency. */
export async function pricedBy(
  tx: TenantTx,
  { version, currency }: MadeState['contract'],
  wanted: PlanVersion['prices'] | null,
): Promise<Priced> {
  if (wanted === null && version.inline !== null) return version.inline.prices;
  const prices = wanted ?? (await versionsById(tx, [version.planVersionId]))[0]?.prices ?? [];
  return prices.filter((price) => price.currency === currency);
}
