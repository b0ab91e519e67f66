import { assert } from '@tollgate/kernel/assert';
import { invalid } from '@tollgate/kernel/input';
import { localDate } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { externalIdIn, isOfLabels } from '@tollgate/kernel/labels';
import { plansById } from '../catalogue/store/plan.js';
import { versionsById } from '../catalogue/store/version.js';
import { customerToKnow, lockCustomer } from '../copies/customer.js';
import type {
  CancelSubscriptionInput,
  CreateSubscriptionInput,
  UpdateSubscriptionInput,
} from '../generated/graphql.js';
import { subscriptions } from './aggregate.js';
import { isExternalIdTaken, neighboursOf } from './store.js';

const QUANTITY_DEFAULT = '1';

/** Subscribes a customer to a version of a plan. */
export async function createSubscription(caller: Caller, input: CreateSubscriptionInput) {
  const { customerId, planId } = input;
  const waitFor = [customerToKnow(customerId)];
  const asked = { name: 'createSubscription', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    const { externalId, metadata } = input;
    // They travel together, the customer's lock before what it keeps still.
    const [customer, [plan], now, isTaken, neighbours] = await Promise.all([
      lockCustomer(tx, customerId),
      plansById(tx, [planId], null),
      tx.now(),
      isExternalIdTaken(tx, externalIdIn({ externalId })),
      neighboursOf(tx, customerId),
    ]);
    if (customer === null)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    if (plan === undefined)
      return { reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
    const [version] = await versionsById(tx, [input.planVersionId ?? plan.versionId]);
    if (version?.planId !== plan.id)
      return invalid('input.planVersionId', 'Give the id of a version of this plan, or leave it out.');
    const subscriptionId = newId('sub');
    const decided = subscriptions.decide(
      subscriptions.fresh(subscriptionId),
      {
        type: 'CreateSubscription',
        ...{ subscriptionId, customer, plan, version, now },
        labels: { externalId, metadata },
        isTaken,
        currency: input.currency ?? null,
        quantity: input.quantity ?? QUANTITY_DEFAULT,
        startsOn: input.startsOn ? localDate(input.startsOn) : null,
        neighbours,
      },
      now,
    );
    if (!decided.ok) {
      assert(decided.rejection.reason !== 'AlreadyEnded', 'what is made now has not ended');
      return decided.rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionCreated' as const, subscriptionId };
  });
}

/** Ends a subscription now or with its period. */
export async function cancelSubscription(caller: Caller, input: CancelSubscriptionInput) {
  const { subscriptionId, when } = input;
  const asked = { name: 'cancelSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const found = await subscriptions.loadOne(tx, subscriptionId);
    if (found.state.status === 'none') return unknownSubscription(subscriptionId);
    const now = await tx.now();
    const decided = subscriptions.decide(found, { type: 'CancelSubscription', when, now }, now);
    if (!decided.ok) {
      assert(decided.rejection.reason === 'AlreadyEnded', 'a cancellation has no other rejection');
      return decided.rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionCancelled' as const, subscriptionId };
  });
}

/** Changes what the tenant calls a subscription and notes on it; what is absent stays. */
export async function updateSubscription(caller: Caller, input: UpdateSubscriptionInput) {
  const { subscriptionId, ...labels } = input;
  const asked = { name: 'updateSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const [found, isTaken, now] = await Promise.all([
      subscriptions.loadOne(tx, subscriptionId),
      isExternalIdTaken(tx, externalIdIn(labels)),
      tx.now(),
    ]);
    if (found.state.status === 'none') return unknownSubscription(subscriptionId);
    const decided = subscriptions.decide(found, { type: 'LabelSubscription', labels, isTaken }, now);
    if (!decided.ok) {
      assert(isOfLabels(decided.rejection), 'labels are rejected for nothing else');
      return decided.rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionUpdated' as const, subscriptionId };
  });
}

function unknownSubscription(subscriptionId: string) {
  return {
    reason: 'UnknownSubscription' as const,
    message: 'There is no such subscription.',
    subscriptionId,
  };
}
