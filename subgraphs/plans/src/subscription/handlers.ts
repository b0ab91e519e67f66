import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { assert } from '@tollgate/kernel/assert';
import { localDate, type Instant } from '@tollgate/kernel/time/time';
import { writeScope } from '@tollgate/runtime/command/access';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';
import { append } from '@tollgate/runtime/journal/journal';
import { newId } from '@tollgate/runtime/base/new-id';
import { publish } from '@tollgate/runtime/messaging/outbox';
import {
  schedule,
  type Appointment,
  type DueTimer,
  type TimerHandlers,
} from '@tollgate/runtime/timers/timers';
import { carryOut, refusal, type Caller } from '../command.js';
import {
  decide,
  fold,
  initial,
  isOpen,
  periodOf,
  type SubscriptionCommand,
  type SubscriptionRejection,
} from './domain/subscription.js';
import { CONSUMER, messagesOf, type Change } from './events.js';
import type { CancelSubscriptionInput, CreateSubscriptionInput } from '../generated/graphql.js';
import { isCustomer, lockCustomer, plansById, versionsById } from '../catalogue/store.js';
import { loadSubscriptions, neighboursOf, rowOf, saveRows, type Loaded } from './store.js';

const OWNER = 'plans';

/** Subscribes a customer to a version of a plan. */
export async function createSubscription(caller: Caller, input: CreateSubscriptionInput) {
  await awaitCustomer(caller, input.customerId);
  return carryOut(caller, { name: 'createSubscription', input }, async (tx) => {
    const { customerId, planId, planVersionId } = input;
    const customer = await lockCustomer(tx, customerId);
    if (customer === null)
      return {
        __typename: 'UnknownCustomer' as const,
        message: 'There is no such customer.',
        customerId,
      };
    const [plan] = await plansById(tx, [planId], null);
    if (plan === undefined)
      return { __typename: 'UnknownPlan' as const, message: 'There is no such plan.', planId };
    const [version] = await versionsById(tx, [planVersionId ?? plan.versionId], null);
    if (version === undefined || version.planId !== plan.id)
      return {
        __typename: 'InvalidInput' as const,
        message: 'The plan has no such version.',
        field: 'planVersionId',
      };
    const now = await tx.now();
    const subscriptionId = newId('sub');
    const decided = changed({ version: 0, state: initial }, now, {
      type: 'CreateSubscription',
      subscriptionId,
      customer,
      plan,
      version,
      currency: input.currency ?? null,
      startsOn: input.startsOn ? localDate(input.startsOn) : null,
      neighbours: await neighboursOf(tx, customer.id),
      now,
    });
    if (!decided.ok) return creationRefusal(decided.rejection);
    await record(tx, [decided.change]);
    return { __typename: 'SubscriptionCreated' as const, subscriptionId };
  });
}

/** Ends a subscription now or with its period. */
export async function cancelSubscription(caller: Caller, input: CancelSubscriptionInput) {
  return carryOut(caller, { name: 'cancelSubscription', input }, async (tx) => {
    const { subscriptionId, when } = input;
    const found = (await loadSubscriptions(tx, [subscriptionId])).get(subscriptionId);
    if (found === undefined || found.state.status === 'none')
      return {
        __typename: 'UnknownSubscription' as const,
        message: 'There is no such subscription.',
        subscriptionId,
      };
    const now = await tx.now();
    const decided = changed(found, now, { type: 'CancelSubscription', when, now });
    if (!decided.ok) {
      assert(decided.rejection.reason === 'AlreadyEnded', 'a cancellation has no other refusal');
      return refusal(decided.rejection);
    }
    await record(tx, [decided.change]);
    return { __typename: 'SubscriptionCancelled' as const, subscriptionId };
  });
}

/** What happens by itself: starts on a later day, and the ends of periods, up to 500 at a time. */
export const timers: TimerHandlers = {
  start: (tx, due) => onTimers(tx, due, () => ({ type: 'StartSubscription' })),
  period_end: (tx, due) => onTimers(tx, due, ({ index }) => ({ type: 'ClosePeriod', index })),
};

interface TimerPayload {
  readonly subscriptionId: string;
  /** Index of the period that ends; 0 for a start. */
  readonly index: number;
}

/** A timer whose work was done already, or is no longer wanted, changes nothing. */
async function onTimers(
  tx: TenantTx,
  due: readonly DueTimer[],
  commandOf: (payload: TimerPayload) => SubscriptionCommand,
): Promise<void> {
  const wanted = due.map(({ dueAt, payload }) => ({ dueAt, payload: payload as TimerPayload }));
  const loaded = await loadSubscriptions(
    tx,
    wanted.map(({ payload }) => payload.subscriptionId),
  );
  const changes: Change[] = [];
  for (const { dueAt, payload } of wanted) {
    const current = loaded.get(payload.subscriptionId);
    assert(current !== undefined, 'a timer commits together with the subscription it is for');
    const decided = changed(current, dueAt, commandOf(payload));
    assert(decided.ok, 'nothing refuses a timer');
    if (decided.change.events.length === 0) continue;
    changes.push(decided.change);
    loaded.set(payload.subscriptionId, loadedAfter(decided.change));
  }
  await record(tx, changes);
}

type Changed =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly rejection: SubscriptionRejection };

function changed({ version, state }: Loaded, at: Instant, command: SubscriptionCommand): Changed {
  const decision = decide(command, state);
  if (!decision.ok) return decision;
  const { events } = decision;
  return { ok: true, change: { version, before: state, events, after: fold(events, state), at } };
}

/** Journal, projection, appointments and messages: all of it, or nothing. */
async function record(tx: TenantTx, changes: readonly Change[]): Promise<void> {
  const effective = changes.filter(({ events }) => events.length > 0);
  await append(
    tx,
    effective.map((change) => ({
      stream: streamOf(change),
      expectedVersion: change.version,
      events: change.events,
      occurredAt: change.at,
    })),
  );
  await saveRows(tx, latest(effective).map(loadedAfter).map(rowOf));
  await schedule(tx, latest(effective).flatMap(appointmentOf));
  await publish(tx, messagesOf(effective));
}

/** The last change of each subscription: one statement cannot write a row twice. */
function latest(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((change) => [streamOf(change), change])).values()];
}

function loadedAfter({ version, events, after }: Change): Loaded {
  return { version: version + events.length, state: after };
}

function streamOf({ after }: Change): string {
  assert(after.status !== 'none', 'a change leaves a subscription behind');
  return after.agreement.terms.subscriptionId;
}

/** When the subscription has to be looked at next. The same appointment twice is one. */
function appointmentOf(change: Change): Appointment[] {
  const { after } = change;
  const subscriptionId = streamOf(change);
  if (after.status === 'scheduled') {
    const series = after.agreement.terms.customerId;
    const dueAt = periodOf(after.agreement, 0).from;
    const payload: TimerPayload = { subscriptionId, index: 0 };
    return [{ owner: OWNER, kind: 'start', key: subscriptionId, series, dueAt, payload }];
  }
  if (!isOpen(after)) return [];
  const { index, period, agreement } = after;
  const series = agreement.terms.customerId;
  const payload: TimerPayload = { subscriptionId, index };
  const key = `${subscriptionId}:${index}`;
  return [{ owner: OWNER, kind: 'period_end', key, series, dueAt: period.to, payload }];
}

function creationRefusal(rejection: SubscriptionRejection) {
  assert(rejection.reason !== 'AlreadyEnded', 'what is made now has not ended');
  return refusal(rejection);
}

/** A customer that was created a moment ago is on its way: waits for it. */
async function awaitCustomer({ db, context }: Caller, customerId: string): Promise<void> {
  const scope = writeScope(context);
  const needed = { db, scope, consumer: CONSUMER, contract: customerChanged, aggregates: [customerId] };
  await eventually(needed, async () =>
    (await db.tenant(scope, (tx) => isCustomer(tx, customerId))) ? true : null,
  );
}
