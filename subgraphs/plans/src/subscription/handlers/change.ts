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
import type { SubscriptionRow } from '../store.js';
import { CYCLE, PRORATION } from '../view.js';
import { madeSubscription, othersOf, unknownSubscription } from './life.js';
import { tellMade } from './made.js';

/** Puts a subscription on other terms, now or from its next period on. `made` is told as when one is created. */
export async function changeSubscription(
  caller: Caller,
  input: ChangeSubscriptionInput,
  made?: (row: SubscriptionRow) => void,
) {
  const { subscriptionId, proration, cycle, overrides = null } = input;
  const asked = { name: 'changeSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const unlocked = await madeSubscription(tx, subscriptionId);
    if (unlocked === null) return unknownSubscription(subscriptionId);
    // They travel together, the customer's lock before what it keeps still: meters are priced one by one.
    const [, found, plan, neighbours, now] = await Promise.all([
      lockCustomer(tx, unlocked.state.contract.customerId),
      madeSubscription(tx, subscriptionId),
      planWanted(tx, input.planId),
      othersOf(tx, unlocked.state),
      tx.now(),
    ]);
    assert(found !== null, 'what is made stays');
    const wanted = await targetOf(tx, plan, found.state);
    if (!wanted.ok) return wanted.rejection;
    const { target } = wanted;
    const decided = subscriptions.decide(
      found,
      {
        type: 'ChangeSubscription',
        version: target?.version ?? null,
        quantity: input.quantity ?? null,
        overrides,
        priced:
          overrides === null ? [] : await pricedBy(tx, found.state.contract, target?.version.prices ?? null),
        when: input.when ?? 'NOW',
        proration: proration ? PRORATION[proration] : null,
        cycle: cycle ? CYCLE[cycle] : null,
        neighbours,
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
    tellMade(decided.change, made);
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

/** A plan that somebody wants, as far as it is there. */
export interface WantedPlan {
  readonly planId: string;
  readonly plan: PlanRow | undefined;
}

/** The plan that is asked for; null where none is. */
export async function planWanted(
  tx: TenantTx,
  planId: string | null | undefined,
): Promise<WantedPlan | null> {
  if (planId === null || planId === undefined) return null;
  const [plan] = await plansById(tx, [planId], null);
  return { planId, plan };
}

/** The plan that a subscription is to be on from now on, where another one, or its newest version, is asked for. */
export async function targetOf(tx: TenantTx, wanted: WantedPlan | null, { contract }: MadeState) {
  if (wanted === null) return { ok: true as const, target: null };
  const { planId, plan } = wanted;
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
