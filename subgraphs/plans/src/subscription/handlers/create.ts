import { assert } from '@tollgate/kernel/assert';
import type { Rejection } from '@tollgate/kernel/decision';
import type { Id } from '@tollgate/kernel/id';
import { invalid } from '@tollgate/kernel/input';
import { externalIdIn } from '@tollgate/kernel/labels';
import { localDate, type Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { announce } from '../../catalogue/handlers/announce.js';
import { notOnSale } from '../../catalogue/handlers/plan-life.js';
import { plansById, type PlanRow } from '../../catalogue/store/plan.js';
import { versionsById, type KnownVersion } from '../../catalogue/store/version.js';
import { customerToKnow, lockCustomer } from '../../copies/customer.js';
import { applicationsOf, recordApplications, type ApplicationChange } from '../../coupon/handlers.js';
import type { CreateSubscriptionInput } from '../../generated/graphql.js';
import { subscriptions } from '../aggregate.js';
import type { StartRejection } from '../domain/start.js';
import type { SubscriptionEvent, SubscriptionState } from '../domain/state.js';
import { isExternalIdTaken, neighboursOf, type SubscriptionRow } from '../store.js';
import { tellMade } from './made.js';

const QUANTITY_DEFAULT = '1';

/**
 * Subscribes a customer to a version of a plan. `made` is told the row each time the work is done, which may be more than
 * once, and not where the answer is an earlier one's.
 */
export async function createSubscription(
  caller: Caller,
  input: CreateSubscriptionInput,
  made?: (row: SubscriptionRow) => void,
) {
  const waitFor = [customerToKnow(input.customerId)];
  const asked = { name: 'createSubscription', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    const wanted = await wantedSubscription(tx, input);
    if (!wanted.ok) return wanted.rejection;
    const { subscriptionId } = await recordWanted(tx, wanted.value);
    tellMade(wanted.value.change, made);
    return { __typename: 'SubscriptionCreated' as const, subscriptionId };
  });
}

/** A subscription that somebody wants, decided and not recorded; or what rejects it. The customer is locked. */
export async function wantedSubscription(
  tx: TenantTx,
  input: CreateSubscriptionInput,
): Promise<
  { readonly ok: true; readonly value: Wanted } | { readonly ok: false; readonly rejection: Unwanted }
> {
  const { customerId, planId, externalId } = input;
  // They travel together, the customer's lock before what it keeps still.
  const [customer, [plan], now, isTaken, neighbours] = await Promise.all([
    lockCustomer(tx, customerId),
    plansById(tx, [planId], null),
    tx.now(),
    isExternalIdTaken(tx, externalIdIn({ externalId })),
    neighboursOf(tx, customerId),
  ]);
  if (customer === null)
    return rejected({
      reason: 'UnknownCustomer' as const,
      message: 'There is no such customer.',
      customerId,
    });
  if (plan === undefined)
    return rejected({ reason: 'UnknownPlan' as const, message: 'There is no such plan.', planId });
  if (plan.archivedAt !== null) return rejected(notOnSale(planId, plan.archivedAt));
  const [version] = await versionsById(tx, [input.planVersionId ?? plan.versionId]);
  if (version?.planId !== plan.id)
    return rejected(
      invalid('input.planVersionId', 'Give the id of a version of this plan, or leave it out.'),
    );
  const subscriptionId = newId('sub');
  const known = { subscriptionId, customer, version, now, isTaken, neighbours };
  const asked = { type: 'CreateSubscription', ...known, ...wishesOf(input) } as const;
  const decided = subscriptions.decide(subscriptions.fresh(subscriptionId), asked, now);
  if (!decided.ok) {
    const { rejection } = decided;
    assert(isOfStart(rejection), 'what is made now neither ended nor runs yet');
    return rejected(rejection);
  }
  const { change } = decided;
  const holder = { customerId, subscriptionId, currency: currencyOf(change.after.state) };
  const applied = await applicationsOf(tx, input.couponIds ?? [], { holder, now });
  if (!applied.ok) return applied;
  const value = { subscriptionId, plan, version, change, applications: applied.changes, now };
  return { ok: true as const, value };
}

/** A subscription to be recorded, with its coupons. */
interface Wanted {
  readonly subscriptionId: Id<'sub'>;
  readonly plan: PlanRow;
  readonly version: KnownVersion;
  readonly change: Change<SubscriptionState, SubscriptionEvent>;
  readonly applications: readonly ApplicationChange[];
  readonly now: Instant;
}

type Unwanted =
  | StartRejection
  | (Rejection & { readonly reason: 'UnknownCustomer'; readonly customerId: string })
  | (Rejection & { readonly reason: 'UnknownPlan'; readonly planId: string })
  | ReturnType<typeof notOnSale>
  | Extract<Awaited<ReturnType<typeof applicationsOf>>, { readonly ok: false }>['rejection'];

/** Records it, with its coupons. */
export async function recordWanted(tx: TenantTx, wanted: Wanted): Promise<Pick<Wanted, 'subscriptionId'>> {
  const { plan, version, change, applications, now, subscriptionId } = wanted;
  await announce(tx, { plan, version }, now);
  await recordApplications(tx, applications);
  await subscriptions.record(tx, [change]);
  return { subscriptionId };
}

function rejected<R>(rejection: R) {
  return { ok: false as const, rejection };
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
  'UnusedFeesNotCreditable',
] as const;

function isOfStart(rejection: Rejected): rejection is Exclude<Rejected, OfLife> {
  return !OF_LIFE.some((reason) => reason === rejection.reason);
}
