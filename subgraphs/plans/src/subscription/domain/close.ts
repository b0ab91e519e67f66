import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import {
  fold,
  isOpen,
  periodOf,
  type Agreement,
  type OpenPeriod,
  type OpenState,
  type SubscriptionEvent,
  type SubscriptionState,
} from './state.js';

/** At most this many overdue periods are closed at once: a daily one that starts a year ago, and years of neglect. */
export const OVERDUE_PERIODS_MAX = 5_000;

/** The first period opens. */
export function started(agreement: Agreement): SubscriptionEvent {
  return { type: 'SubscriptionStarted', period: periodOf(agreement, 0) };
}

/** The open period is over: the next one opens, or the subscription ends with it. */
export function close(state: OpenState): readonly SubscriptionEvent[] {
  const { index, period } = state;
  if (state.status === 'cancelling')
    return [
      { type: 'PeriodClosed', index, period, next: null },
      { type: 'SubscriptionEnded', endedAt: state.cancelAt },
    ];
  const next = periodOf(state.agreement, index + 1);
  return [
    { type: 'PeriodClosed', index, period, next },
    { type: 'PeriodStarted', index: index + 1, period: next },
  ];
}

/** The current period ends here and is billed for the usage so far; its fee stays as it was billed in advance. */
export function cut({ index, period }: OpenPeriod, now: Instant): readonly SubscriptionEvent[] {
  return [
    { type: 'PeriodClosed', index, period: { from: period.from, to: now }, next: null },
    { type: 'SubscriptionEnded', endedAt: now },
  ];
}

/** The start and the closes that are due by `now` but have not been carried out yet, in order. */
export function catchUp(from: SubscriptionState, now: Instant): readonly SubscriptionEvent[] {
  const events: SubscriptionEvent[] = [];
  let state = from;
  if (state.status === 'scheduled' && periodOf(state.agreement, 0).from <= now) {
    events.push(started(state.agreement));
    state = fold(events, from);
  }
  for (let steps = 0; isOpen(state) && state.period.to <= now; steps++) {
    assert(steps < OVERDUE_PERIODS_MAX, 'timers close periods long before so many are overdue');
    const closing = close(state);
    events.push(...closing);
    state = fold(closing, state);
  }
  return events;
}
