import { assert } from '@tollgate/kernel/assert';
import { invalid } from '@tollgate/kernel/input';
import { externalIdIn } from '@tollgate/kernel/labels';
import { localDate } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { announce } from '../../catalogue/handlers/announce.js';
import { notOnSale } from '../../catalogue/handlers/plan-life.js';
import { plansById } from '../../catalogue/store/plan.js';
import { versionsById } from '../../catalogue/store/version.js';
import { customerToKnow, lockCustomer } from '../../copies/customer.js';
import { applicationsOf, recordApplications } from '../../coupon/handlers.js';
import type { CreateSubscriptionInput } from '../../generated/graphql.js';
import { subscriptions } from '../aggregate.js';
import type { SubscriptionState } from '../domain/state.js';
import { isExternalIdTaken, neighboursOf } from '../store.js';

const QUANTITY_DEFAULT = '1';

/** Subscribes a customer to a version of a plan. */
export async function createSubscription(caller: Caller, input: CreateSubscriptionInput) {
  const { customerId, planId } = input;
  const waitFor = [customerToKnow(customerId)];
  const asked = { name: 'createSubscription', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    const { externalId } = input;
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
    if (plan.archivedAt !== null) return notOnSale(planId, plan.archivedAt);
    const [version] = await versionsById(tx, [input.planVersionId ?? plan.versionId]);
    if (version?.planId !== plan.id)
      return invalid('input.planVersionId', 'Give the id of a version of this plan, or leave it out.');
    const subscriptionId = newId('sub');
    const decided = subscriptions.decide(
      subscriptions.fresh(subscriptionId),
      {
        type: 'CreateSubscription',
        ...{ subscriptionId, customer, version, now },
        ...{ isTaken, neighbours },
        ...wishesOf(input),
      },
      now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(isOfStart(rejection), 'what is made now neither ended nor runs yet');
      return rejection;
    }
    const holder = { customerId, subscriptionId, currency: currencyOf(decided.change.after.state) };
    const applied = await applicationsOf(tx, input.couponIds ?? [], { holder, now });
    if (!applied.ok) return applied.rejection;
    await announce(tx, { plan, version }, now);
    await recordApplications(tx, applied.changes);
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionCreated' as const, subscriptionId };
  });
}

/** What a client wants of a subscription; what is absent is for the plan and the customer to say. */
function wishesOf(input: CreateSubscriptionInput) {
  const { externalId, metadata } = input;
  return {
    labels: { externalId, metadata },
    currency: input.currency ?? null,
    quantity: input.quantity ?? QUANTITY_DEFAULT,
    startsOn: input.startsOn ? localDate(input.startsOn) : null,
    trialDays: input.trialDays ?? null,
    anchorDay: input.anchorDay ?? null,
    overrides: input.overrides ?? [],
    phases: input.phases ?? [],
    onPayment: input.activation === 'ON_PAYMENT',
  };
}

function currencyOf(state: SubscriptionState): string {
  assert(state.status !== 'none', 'it is made now');
  return state.contract.currency;
}

type Rejected = Extract<ReturnType<typeof subscriptions.decide>, { readonly ok: false }>['rejection'];
type OfLife = Extract<Rejected, { readonly reason: (typeof OF_LIFE)[number] }>;

const OF_LIFE = [
  'AlreadyEnded',
  'NotActive',
  'NotCancelling',
  'NotPaused',
  'UnknownAddon',
  'AddonAlreadyAdded',
  'UnderContract',
] as const;

function isOfStart(rejection: Rejected): rejection is Exclude<Rejected, OfLife> {
  return !OF_LIFE.some((reason) => reason === rejection.reason);
}
