import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { billedFor, type Billed } from './billed.js';
import { catchUp, closesOf } from './close.js';
import { heldAt } from './credit-hold.js';
import { conflictOf, type Neighbour } from './neighbour.js';
import { alreadyEnded, underContract } from './rejections.js';
import type {
  AlreadyEnded,
  MeterAlreadyPriced,
  NotCancelling,
  UnderContract,
  UnusedFeesNotCreditable,
} from './rejections.js';
import {
  billedUsage,
  fold,
  isOpen,
  type OpenState,
  type SubscriptionEvent,
  type SubscriptionState,
} from './state.js';

/** Where what is unused goes; null = the fee stays as it was billed. */
export type CreditTo = 'balance' | 'refund' | null;

export interface CancelSubscription {
  readonly type: 'CancelSubscription';
  readonly when: 'NOW' | 'PERIOD_END';
  readonly creditTo: CreditTo;
  readonly now: Instant;
}

export interface UncancelSubscription {
  readonly type: 'UncancelSubscription';
  readonly neighbours: readonly Neighbour[];
  readonly now: Instant;
}

/** Periods that were over before the cancellation are closed first, so that it ends the one that `now` is in. */
export function cancel(
  { when, creditTo, now }: CancelSubscription,
  state: SubscriptionState,
): Decision<SubscriptionEvent, AlreadyEnded | UnderContract | UnusedFeesNotCreditable> {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended') return alreadyEnded(state.endedAt);
  if (state.contract.agreementId) return underContract(state.contract.agreementId);
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'scheduled') return accept({ type: 'SubscriptionEnded', endedAt: now });
  if (current.status === 'paused')
    return accept(...caughtUp, billedFor({ reason: 'cancel', at: now, over: 'ended' }));
  if (current.status === 'incomplete')
    return current.stopped === 'cancelled'
      ? accept()
      : accept({ type: 'ActivationStopped', why: 'cancelled', at: now });
  if (!isOpen(current)) return accept(...caughtUp);
  if (when === 'NOW') {
    const bill = cut(current, now, creditTo);
    const held = bill.credit === null ? undefined : heldAt(current, now);
    return held ?? accept(...caughtUp, { ...bill, reason: 'cancel', over: 'ended' });
  }
  if (current.status === 'cancelling') return accept(...caughtUp);
  return accept(...caughtUp, { type: 'CancellationScheduled', cancelAt: current.open.period.to });
}

/** A cancellation that waits for the end of the period is taken back. */
export function uncancel(
  { neighbours, now }: UncancelSubscription,
  state: SubscriptionState,
): Decision<SubscriptionEvent, AlreadyEnded | NotCancelling | MeterAlreadyPriced> {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended') return alreadyEnded(state.endedAt);
  if (state.status !== 'cancelling')
    return reject({ reason: 'NotCancelling', message: 'The subscription is not about to end.' });
  const conflict = conflictOf({ usage: billedUsage(state), from: now, now }, neighbours);
  return conflict === undefined ? accept({ type: 'CancellationWithdrawn' }) : reject(conflict);
}

/** The current period ends here and is billed for the usage so far; its fee stays as it was billed, or is given back. */
export function cut(state: OpenState, at: Instant, creditTo: CreditTo): Billed {
  const { grain } = state.contract.version;
  const hasFees = state.open.paid !== null;
  const credit = creditTo === null || !hasFees ? null : { grain, to: creditTo };
  return billedFor({ reason: 'cancel', at, closes: closesOf(state, at), credit });
}
