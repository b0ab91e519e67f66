import { assert } from '@tollgate/kernel/assert';
import { externalIdIn, isOfLabels } from '@tollgate/kernel/labels';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockCustomer } from '../../copies/customer.js';
import type {
  CancelSubscriptionInput,
  CreditTarget,
  PauseSubscriptionInput,
  ResumeSubscriptionInput,
  UncancelSubscriptionInput,
  UpdateSubscriptionInput,
} from '../../generated/graphql.js';
import { subscriptions } from '../aggregate.js';
import type { CreditTo } from '../domain/cancel.js';
import type { MadeState } from '../domain/state.js';
import { isExternalIdTaken, neighboursOf } from '../store.js';

/** Ends a subscription now or with its period. */
export async function cancelSubscription(caller: Caller, input: CancelSubscriptionInput) {
  const { subscriptionId, when } = input;
  const asked = { name: 'cancelSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeSubscription(tx, subscriptionId);
    if (found === null) return unknownSubscription(subscriptionId);
    const now = await tx.now();
    const creditTo = creditOf(input.unusedFees ?? 'NONE', input.creditTo);
    const decided = subscriptions.decide(found, { type: 'CancelSubscription', when, creditTo, now }, now);
    if (!decided.ok) {
      const { rejection } = decided;
      const { reason } = rejection;
      assert(
        reason === 'AlreadyEnded' || reason === 'UnderContract' || reason === 'UnusedFeesNotCreditable',
        'a cancellation has no other rejection',
      );
      return rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionCancelled' as const, subscriptionId };
  });
}

/** Takes back a cancellation that waits for the end of the period. */
export async function uncancelSubscription(caller: Caller, input: UncancelSubscriptionInput) {
  const { subscriptionId } = input;
  const asked = { name: 'uncancelSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeSubscription(tx, subscriptionId);
    if (found === null) return unknownSubscription(subscriptionId);
    // Meters are priced one by one, as when subscriptions are made.
    await lockCustomer(tx, found.state.contract.customerId);
    const [now, neighbours] = await Promise.all([tx.now(), othersOf(tx, found.state)]);
    const decided = subscriptions.decide(found, { type: 'UncancelSubscription', neighbours, now }, now);
    if (!decided.ok) {
      const { rejection } = decided;
      const { reason } = rejection;
      assert(
        reason === 'AlreadyEnded' || reason === 'NotCancelling' || reason === 'MeterAlreadyPriced',
        'taking back a cancellation has no other rejection',
      );
      return rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionUncancelled' as const, subscriptionId };
  });
}

/** Stops a subscription for a while, now or with its period. */
export async function pauseSubscription(caller: Caller, input: PauseSubscriptionInput) {
  const { subscriptionId, when } = input;
  const asked = { name: 'pauseSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeSubscription(tx, subscriptionId);
    if (found === null) return unknownSubscription(subscriptionId);
    const now = await tx.now();
    const creditTo = creditOf(input.unusedFees ?? 'PRORATED', input.creditTo);
    const decided = subscriptions.decide(found, { type: 'PauseSubscription', when, creditTo, now }, now);
    if (!decided.ok) {
      const { rejection } = decided;
      const { reason } = rejection;
      assert(
        reason === 'AlreadyEnded' ||
          reason === 'NotActive' ||
          reason === 'UnderContract' ||
          reason === 'UnusedFeesNotCreditable',
        'a pause has no other rejection',
      );
      return rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionPaused' as const, subscriptionId };
  });
}

/** Goes on with a subscription that is paused or was to pause. */
export async function resumeSubscription(caller: Caller, input: ResumeSubscriptionInput) {
  const { subscriptionId } = input;
  const asked = { name: 'resumeSubscription', input, access: 'backend', subject: subscriptionId } as const;
  return command(caller, asked, async (tx) => {
    const found = await madeSubscription(tx, subscriptionId);
    if (found === null) return unknownSubscription(subscriptionId);
    const now = await tx.now();
    const decided = subscriptions.decide(found, { type: 'ResumeSubscription', now }, now);
    if (!decided.ok) {
      const { rejection } = decided;
      assert(
        rejection.reason === 'AlreadyEnded' ||
          rejection.reason === 'NotPaused' ||
          rejection.reason === 'NotActive',
        'going on has no other rejection',
      );
      return rejection;
    }
    await subscriptions.record(tx, [decided.change]);
    return { __typename: 'SubscriptionResumed' as const, subscriptionId };
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

/** Nobody has made a subscription with this id. */
export function unknownSubscription(subscriptionId: string) {
  return {
    reason: 'UnknownSubscription' as const,
    message: 'There is no such subscription.',
    subscriptionId,
  };
}

/** A subscription that exists; null where there is none. */
export async function madeSubscription(tx: TenantTx, subscriptionId: string) {
  const loaded = await subscriptions.loadOne(tx, subscriptionId);
  const { state } = loaded;
  return state.status === 'none' ? null : { ...loaded, state };
}

/** The other subscriptions of its customer. */
export async function othersOf(tx: TenantTx, { contract }: MadeState) {
  const all = await neighboursOf(tx, contract.customerId);
  return all.filter((one) => one.subscriptionId !== contract.subscriptionId);
}

const CREDIT_TO = { BALANCE: 'balance', REFUND: 'refund' } as const satisfies Readonly<
  Record<CreditTarget, CreditTo>
>;

function creditOf(unusedFees: 'NONE' | 'PRORATED', creditTo: CreditTarget | null | undefined): CreditTo {
  return unusedFees === 'NONE' ? null : CREDIT_TO[creditTo ?? 'BALANCE'];
}
