import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { billedFor } from './billed.js';
import { cut, type CreditTo } from './cancel.js';
import { catchUp } from './close.js';
import { heldAt } from './credit-hold.js';
import { isPastDue } from './past-due.js';
import { periodFrom } from './periods.js';
import { alreadyEnded, notActive, underContract } from './rejections.js';
import type {
  AlreadyEnded,
  NotActive,
  NotPaused,
  UnderContract,
  UnusedFeesNotCreditable,
} from './rejections.js';
import { fold, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';

export interface PauseSubscription {
  readonly type: 'PauseSubscription';
  readonly when: 'NOW' | 'PERIOD_END';
  readonly creditTo: CreditTo;
  readonly now: Instant;
}

export interface ResumeSubscription {
  readonly type: 'ResumeSubscription';
  readonly now: Instant;
}

/** A subscription stops for a while: the current period is cut here, or none follows it. */
export function pause(
  { when, creditTo, now }: PauseSubscription,
  state: SubscriptionState,
): Decision<SubscriptionEvent, AlreadyEnded | NotActive | UnderContract | UnusedFeesNotCreditable> {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended') return alreadyEnded(state.endedAt);
  if (state.contract.agreementId) return underContract(state.contract.agreementId);
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'ended') return alreadyEnded(current.endedAt);
  if (current.status === 'cancelling') return notActive('The subscription is about to end.');
  if (!isOpen(current)) return notActive('The subscription does not run.');
  if (when === 'PERIOD_END')
    return accept(...caughtUp, ...(current.waiting.pauses ? [] : [{ type: 'PauseScheduled' as const }]));
  if (current.open.paid === null)
    return notActive('A trial does not pause; give PERIOD_END to pause after it.');
  const bill = cut(current, now, creditTo);
  const held = bill.credit === null ? undefined : heldAt(current, now);
  return held ?? accept(...caughtUp, { ...bill, reason: 'pause', over: 'paused' });
}

/** A paused subscription goes on with a new period; one that was to pause does not. */
export function resume(
  { now }: ResumeSubscription,
  state: SubscriptionState,
): Decision<SubscriptionEvent, AlreadyEnded | NotActive | NotPaused> {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended') return alreadyEnded(state.endedAt);
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'ended') return alreadyEnded(current.endedAt);
  if (current.status === 'paused') {
    if (isPastDue(current)) return notActive('An invoice of the subscription is not paid.');
    const count = { index: current.lastIndex + 1, paid: current.nextPaid };
    const opens = periodFrom(now, current.contract, count);
    return accept(...caughtUp, billedFor({ reason: 'resume', at: now, opens }));
  }
  if (isOpen(current) && current.waiting.pauses) return accept(...caughtUp, { type: 'PauseWithdrawn' });
  return reject({ reason: 'NotPaused', message: 'The subscription is neither paused nor about to pause.' });
}
