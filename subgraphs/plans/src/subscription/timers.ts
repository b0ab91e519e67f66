import { assert } from '@tollgate/kernel/assert';
import type { Change } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer, TimerHandlers } from '@tollgate/runtime/timers/timers';
import { subscriptions, type TimerPayload } from './aggregate.js';
import type { SubscriptionEvent, SubscriptionState } from './domain/state.js';
import type { SubscriptionCommand } from './domain/subscription.js';

/** What happens by itself: starts on a later day, and the ends of periods, up to 500 at a time. */
export const timers: TimerHandlers = {
  start: (tx, due) => onTimers(tx, due, () => ({ type: 'StartSubscription' })),
  period_end: (tx, due) => onTimers(tx, due, ({ index }) => ({ type: 'ClosePeriod', index })),
};

/** A timer whose work was done already, or is no longer wanted, changes nothing. */
async function onTimers(
  tx: TenantTx,
  due: readonly DueTimer[],
  commandOf: (payload: TimerPayload) => SubscriptionCommand,
): Promise<void> {
  const wanted = due.map(({ dueAt, payload }) => ({ dueAt, payload: payload as TimerPayload }));
  const loaded = await subscriptions.load(
    tx,
    wanted.map(({ payload }) => payload.subscriptionId),
  );
  const changes: Change<SubscriptionState, SubscriptionEvent>[] = [];
  for (const { dueAt, payload } of wanted) {
    const current = loaded.get(payload.subscriptionId);
    assert(current !== undefined && current.version > 0, 'a timer commits together with its subscription');
    const decided = subscriptions.decide(current, commandOf(payload), dueAt);
    assert(decided.ok, 'nothing refuses a timer');
    changes.push(decided.change);
    loaded.set(payload.subscriptionId, decided.change.after);
  }
  await subscriptions.record(tx, changes);
}
