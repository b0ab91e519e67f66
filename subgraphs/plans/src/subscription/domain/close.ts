import { assert } from '@tollgate/kernel/assert';
import { addMs, type Instant } from '@tollgate/kernel/time/time';
import { billedFor, type Billed } from './billed.js';
import { changed, type Contract } from './contract.js';
import { firstPeriod, periodAfter } from './periods.js';
import { fold, isOpen, type OpenState, type SubscriptionEvent, type SubscriptionState } from './state.js';

/** At most this many overdue periods are closed at once: a daily one that starts a year ago, and years of neglect. */
export const OVERDUE_PERIODS_MAX = 5_000;

/** The first period opens. */
export function started(contract: Contract): Billed {
  const opens = firstPeriod(contract);
  return billedFor({ reason: 'start', at: opens.period.from, opens });
}

/** The open period is over: the next one opens, or the subscription ends or pauses with it. */
export function close(state: OpenState): Billed {
  const { open, contract, waiting } = state;
  const at = open.period.to;
  const closing = { reason: 'period_end', at, closes: closesOf(state, at) } as const;
  if (state.status === 'cancelling') return billedFor({ ...closing, over: 'ended' });
  if (waiting.pauses) return billedFor({ ...closing, over: 'paused' });
  const { change } = waiting;
  const after = change === null ? contract : changed(contract, change);
  return billedFor({ ...closing, change, opens: periodAfter(open, contract, after) });
}

/** The period ends with what is billed of it up to an instant; a trial is not billed. */
export function closesOf({ open }: OpenState, to: Instant): Billed['closes'] {
  return open.paid === null ? null : { to, ends: true };
}

/** The start and the closes that were due before an instant: what is due at it comes by itself, afterwards. */
export function catchUpBefore(from: SubscriptionState, at: Instant): readonly SubscriptionEvent[] {
  return catchUp(from, addMs(at, -1));
}

/** The start and the closes that are due by `now` but have not been carried out yet, in order. */
export function catchUp(from: SubscriptionState, now: Instant): readonly SubscriptionEvent[] {
  const events: SubscriptionEvent[] = [];
  let state = from;
  if (state.status === 'scheduled' && firstPeriod(state.contract).period.from <= now) {
    events.push(started(state.contract));
    state = fold(events, from);
  }
  for (let steps = 0; isOpen(state) && state.open.period.to <= now; steps++) {
    assert(steps < OVERDUE_PERIODS_MAX, 'timers close periods long before so many are overdue');
    const closing = close(state);
    events.push(closing);
    state = fold([closing], state);
  }
  return events;
}
