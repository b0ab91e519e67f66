import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { catchUp, cut } from './close.js';
import { fold, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';

export interface CancelSubscription {
  readonly type: 'CancelSubscription';
  readonly when: 'NOW' | 'PERIOD_END';
  readonly now: Instant;
}

export type AlreadyEnded = Rejection & { readonly reason: 'AlreadyEnded'; readonly endedAt: Instant };

/** Periods that were over before the cancellation are closed first, so that it ends the one that `now` is in. */
export function cancel(
  { when, now }: CancelSubscription,
  state: SubscriptionState,
): Decision<SubscriptionEvent, AlreadyEnded> {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended')
    return reject({
      reason: 'AlreadyEnded',
      message: 'The subscription is over already.',
      endedAt: state.endedAt,
    });
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'scheduled') return accept({ type: 'SubscriptionEnded', endedAt: now });
  if (!isOpen(current)) return accept(...caughtUp);
  if (when === 'NOW') return accept(...caughtUp, ...cut(current, now));
  if (current.status === 'cancelling') return accept(...caughtUp);
  return accept(...caughtUp, { type: 'CancellationScheduled', cancelAt: current.period.to });
}
