import { assert } from '@tollgate/kernel/assert';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { addonsById } from '../../catalogue/store/addon.js';
import type { AddSubscriptionAddonInput, RemoveSubscriptionAddonInput } from '../../generated/graphql.js';
import { subscriptions } from '../aggregate.js';
import { PRORATION } from '../view.js';
import { madeSubscription, unknownSubscription } from './life.js';

/** An add-on joins a subscription. */
export async function addSubscriptionAddon(caller: Caller, input: AddSubscriptionAddonInput) {
  const { subscriptionId, addonId } = input;
  const asked = { name: 'addSubscriptionAddon', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const [found, [addon], now] = [
      await madeSubscription(tx, subscriptionId),
      await addonsById(tx, [addonId]),
      await tx.now(),
    ];
    if (found === null) return unknownSubscription(subscriptionId);
    if (addon === undefined)
      return { reason: 'UnknownAddon' as const, message: 'There is no such add-on.', addonId };
    const quantity = input.quantity ?? '1';
    const decided = subscriptions.decide(
      found,
      { type: 'AddAddon', addon, quantity, ...timingOf(input), now },
      now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(isOfAddons(rejection), 'an add-on is rejected for nothing else');
      return rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionAddonAdded' as const, subscriptionId };
  });
}

/** An add-on leaves a subscription. */
export async function removeSubscriptionAddon(caller: Caller, input: RemoveSubscriptionAddonInput) {
  const { subscriptionId, addonId } = input;
  const asked = {
    name: 'removeSubscriptionAddon',
    input,
    access: 'backend',
    subject: subscriptionId,
  } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeSubscription(tx, subscriptionId);
    if (found === null) return unknownSubscription(subscriptionId);
    const now = await tx.now();
    const decided = subscriptions.decide(
      found,
      { type: 'RemoveAddon', addonId, ...timingOf(input), now },
      now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(isOfLeaving(rejection), 'an add-on that leaves is rejected for nothing else');
      return rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionAddonRemoved' as const, subscriptionId };
  });
}

function timingOf({ when, proration }: Pick<AddSubscriptionAddonInput, 'when' | 'proration'>) {
  return { when: when ?? 'NOW', proration: proration ? PRORATION[proration] : null } as const;
}

type Rejected = Extract<ReturnType<typeof subscriptions.decide>, { readonly ok: false }>['rejection'];

const OF_LEAVING = ['InvalidInput', 'AlreadyEnded', 'NotActive', 'UnknownAddon'] as const;
const OF_ADDONS = [...OF_LEAVING, 'CurrencyNotPriced', 'AddonAlreadyAdded'] as const;

function isOfLeaving(
  rejection: Rejected,
): rejection is Extract<Rejected, { readonly reason: (typeof OF_LEAVING)[number] }> {
  return OF_LEAVING.some((reason) => reason === rejection.reason);
}

function isOfAddons(
  rejection: Rejected,
): rejection is Extract<Rejected, { readonly reason: (typeof OF_ADDONS)[number] }> {
  return OF_ADDONS.some((reason) => reason === rejection.reason);
}
