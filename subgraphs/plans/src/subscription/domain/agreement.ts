import { assert } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Id } from '@tollgate/kernel/id';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';
import { billedFor } from './billed.js';
import { cut, type CreditTo } from './cancel.js';
import { changeNow } from './change.js';
import { catchUpBefore } from './close.js';
import type { Override, TermsChange } from './contract.js';
import { isAligned } from './periods.js';
import { alreadyEnded, notActive, underContract } from './rejections.js';
import type { AlreadyEnded, NotActive, UnderContract } from './rejections.js';
import { fold, isOpen, type MadeState, type OpenState } from './state.js';
import type { SubscriptionEvent, SubscriptionState } from './state.js';

/** An agreement covers a subscription from now on, or asks other things of it. */
export interface FollowAgreement {
  readonly type: 'FollowAgreement';
  readonly agreementId: Id<'ctr'>;
  /** The day that its periods are counted from; null = as they are. */
  readonly alignTo: LocalDate | null;
  /** Prices in the place of the plan's, all there are; null = as they are. */
  readonly overrides: readonly Override[] | null;
  /** Whether usage up to now is billed apart from that afterwards. */
  readonly cutsUsage: boolean;
  readonly at: Instant;
}

/** It is bound by none any more, and goes on as it is. */
export interface LeaveAgreement {
  readonly type: 'LeaveAgreement';
}

/** It ends together with its agreement, whatever period it is in. */
export interface EndWithAgreement {
  readonly type: 'EndWithAgreement';
  readonly creditTo: CreditTo;
  readonly at: Instant;
}

type Followed = Decision<SubscriptionEvent, AlreadyEnded | NotActive | UnderContract>;

/** Joins where it has not, and takes over terms: in the middle of a period, with its end, or where it does not run. */
export function follow(command: FollowAgreement, state: SubscriptionState): Followed {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  const { agreementId, alignTo, at } = command;
  if (state.status === 'ended') return alreadyEnded(state.endedAt);
  const other = state.contract.agreementId ?? null;
  if (other !== null && other !== agreementId) return underContract(other);
  const caughtUp = catchUpBefore(state, at);
  const current = fold(caughtUp, state);
  if (current.status === 'ended') return alreadyEnded(current.endedAt);
  if (current.status === 'cancelling') return notActive('The subscription is about to end.');
  const joins = other === null || (state.contract.alignTo ?? null) !== alignTo;
  const joined = joins ? [{ type: 'AgreementJoined', agreementId, alignTo } as const] : [];
  const after = fold(joined, current);
  assert(after.status !== 'none', 'it was made');
  return accept(...caughtUp, ...joined, ...agreed(command, after));
}

/** An agreement lets go of it. */
export function leave(state: SubscriptionState): Decision<SubscriptionEvent, never> {
  const isBound = state.status !== 'none' && state.status !== 'ended' && state.contract.agreementId;
  return isBound ? accept({ type: 'AgreementLeft' }) : accept();
}

/** A period that is over at that instant is the last one; any other is cut. */
export function endWithAgreement(
  { creditTo, at }: EndWithAgreement,
  state: SubscriptionState,
): Decision<SubscriptionEvent, never> {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended') return accept();
  const caughtUp = catchUpBefore(state, at);
  const current = fold(caughtUp, state);
  if (current.status === 'scheduled') return accept({ type: 'SubscriptionEnded', endedAt: at });
  if (current.status === 'paused')
    return accept(...caughtUp, billedFor({ reason: 'cancel', at, over: 'ended' }));
  if (!isOpen(current) || current.status === 'cancelling') return accept(...caughtUp);
  if (current.open.period.to === at)
    return accept(...caughtUp, { type: 'CancellationScheduled', cancelAt: at });
  return accept(...caughtUp, { ...cut(current, at, creditTo), over: 'ended' });
}

function agreed({ overrides, cutsUsage, at }: FollowAgreement, state: MadeState): SubscriptionEvent[] {
  if (!isOpen(state)) return overrides === null ? [] : [{ type: 'PricesAgreed', overrides }];
  const wanted: TermsChange = { version: null, quantity: null, overrides };
  if (state.open.period.to === at) return overrides === null ? [] : [scheduled(wanted, state)];
  const restarts = state.open.paid !== null && !isAligned(state.open, state.contract);
  if (restarts || overrides !== null)
    return [changeNow({ wanted, restarts, proration: null, now: at }, state)];
  const isCut = cutsUsage && state.open.paid !== null && state.stretchFrom < at;
  return isCut ? [billedFor({ reason: 'change', at, closes: { to: at, ends: false } })] : [];
}

/** What waits already comes with it; a plan that is to come keeps its own prices. */
function scheduled(wanted: TermsChange, { waiting }: OpenState): SubscriptionEvent {
  const { change } = waiting;
  if (change === null) return { type: 'ChangeScheduled', change: wanted };
  if (change.version !== null) return { type: 'ChangeScheduled', change };
  return { type: 'ChangeScheduled', change: { ...change, overrides: wanted.overrides } };
}
