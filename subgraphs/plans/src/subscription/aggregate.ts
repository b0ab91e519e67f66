import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { firstPeriod } from './domain/periods.js';
import { isOpen, type SubscriptionEvent, type SubscriptionState } from './domain/state.js';
import { subscriptionDecider } from './domain/subscription.js';
import { messagesOf } from './events.js';
import { SUBSCRIPTIONS } from './store.js';

const OWNER = 'plans';

/** What an appointment is about. */
export interface TimerPayload {
  readonly subscriptionId: string;
  /** Index of the period that ends; 0 for a start. */
  readonly index: number;
}

/** Customers' subscriptions: their streams, their table, what others hear and when they are looked at next. */
export const subscriptions = aggregate({
  name: 'subscription',
  idPrefix: 'sub',
  decider: subscriptionDecider,
  projections: [SUBSCRIPTIONS],
  messages: messagesOf,
  timers: appointmentsOf,
  // A run looks at each at the end of its period, and again where its invoice is not paid.
  weightOf: (state) => (state.status === 'none' ? 1 : 2 + state.contract.overrides.length),
});

function appointmentsOf({
  id,
  after: { state },
}: Change<SubscriptionState, SubscriptionEvent>): Appointment[] {
  if (state.status === 'scheduled') {
    const series = state.contract.customerId;
    const dueAt = firstPeriod(state.contract).period.from;
    const payload: TimerPayload = { subscriptionId: id, index: 0 };
    return [{ owner: OWNER, kind: 'start', key: id, series, dueAt, payload }];
  }
  if (state.status === 'incomplete' && state.stopped === null) {
    const series = state.contract.customerId;
    const payload: TimerPayload = { subscriptionId: id, index: 0 };
    const dueAt = state.until;
    return [{ owner: OWNER, kind: 'activation_expiry', key: id, series, dueAt, payload }];
  }
  if (!isOpen(state)) return [];
  const { contract, open } = state;
  const { index, period } = open;
  const series = contract.customerId;
  const payload: TimerPayload = { subscriptionId: id, index };
  return [{ owner: OWNER, kind: 'period_end', key: `${id}:${index}`, series, dueAt: period.to, payload }];
}
