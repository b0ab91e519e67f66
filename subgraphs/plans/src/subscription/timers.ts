import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer, TimerHandlers } from '@tollgate/runtime/timers/timers';
import { groupsInvoices } from '../copies/settings.js';
import { subscriptions, type TimerPayload } from './aggregate.js';
import { jointlyDue, type DueFor } from './domain/due.js';
import type { SubscriptionEvent, SubscriptionState } from './domain/state.js';
import type { DueCommand } from './domain/subscription.js';
import { dueBeside } from './store.js';

/** What happens by itself: starts on a later day, and the ends of periods, up to 500 at a time. */
export const timers: TimerHandlers = {
  start: (tx, due) => onTimers(tx, due, () => ({ type: 'StartSubscription' })),
  period_end: (tx, due) => onTimers(tx, due, ({ index }) => ({ type: 'ClosePeriod', index })),
  activation_expiry: expireActivations,
};

/** First invoices that nobody paid in time. */
async function expireActivations(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  const ids = due.map(({ payload }) => (payload as TimerPayload).subscriptionId);
  const loaded = await subscriptions.load(tx, ids);
  const changes = due.flatMap(({ dueAt: now }, place) => {
    const current = loaded.get(ids[place] ?? '');
    assert(current !== undefined && current.version > 0, 'a timer commits together with its subscription');
    const decided = subscriptions.decide(current, { type: 'ExpireActivation', now }, now);
    return decided.ok ? [decided.change] : [];
  });
  await subscriptions.record(tx, changes);
}

/** A timer whose work was done already, or is no longer wanted, changes nothing. */
async function onTimers(
  tx: TenantTx,
  due: readonly DueTimer[],
  commandOf: (payload: TimerPayload) => DueCommand,
): Promise<void> {
  const wanted = due.map(({ dueAt: at, payload }) => {
    const given = payload as TimerPayload;
    return { subscriptionId: given.subscriptionId, command: commandOf(given), at };
  });
  const ids = wanted.map(({ subscriptionId }) => subscriptionId);
  // They travel together.
  const [loaded, isGrouped] = await Promise.all([subscriptions.load(tx, ids), groupsInvoices(tx)]);
  const changes: Change<SubscriptionState, SubscriptionEvent>[] = [];
  for (const at of [...new Set(wanted.map((one) => one.at))].sort()) {
    const own = wanted.filter((one) => one.at === at);
    const all = isGrouped ? await withOthers(tx, own, { loaded, at }) : own;
    changes.push(...all.map((one) => carriedOut(one, { loaded, at })));
  }
  await subscriptions.record(tx, changes);
}

/** Subscriptions as they stand at an instant. */
interface Standing {
  readonly loaded: Awaited<ReturnType<typeof subscriptions.load>>;
  readonly at: Instant;
}

function carriedOut({ subscriptionId, command }: DueFor, { loaded, at }: Standing) {
  const current = loaded.get(subscriptionId);
  assert(current !== undefined && current.version > 0, 'a timer commits together with its subscription');
  const decided = subscriptions.decide(current, command, at);
  assert(decided.ok, 'nothing refuses a timer');
  loaded.set(subscriptionId, decided.change.after);
  return decided.change;
}

/**
 * Joint invoices are made at once, of all subscriptions of a customer that are due then. The timers of the others find
 * their work done.
 */
async function withOthers(
  tx: TenantTx,
  own: readonly DueFor[],
  { loaded, at }: Standing,
): Promise<readonly DueFor[]> {
  const ids = own.map(({ subscriptionId }) => subscriptionId);
  const others = await dueBeside(tx, customersOf(ids, loaded), at);
  const unknown = others.filter((id) => !loaded.has(id));
  for (const [id, one] of await subscriptions.load(tx, unknown)) loaded.set(id, one);
  const all = [...new Set([...ids, ...others])];
  return jointlyDue(
    all.flatMap((id) => loaded.get(id)?.state ?? []),
    at,
  );
}

function customersOf(ids: readonly string[], loaded: Standing['loaded']): string[] {
  const customers = ids.flatMap((id) => {
    const state = loaded.get(id)?.state;
    return state === undefined || state.status === 'none' ? [] : [state.contract.customerId];
  });
  return [...new Set(customers)];
}
