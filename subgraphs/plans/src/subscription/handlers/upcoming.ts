import type { Instant } from '@tollgate/kernel/time/time';
import { assert } from '@tollgate/kernel/assert';
import type { Change, Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { groupsInvoices } from '../../copies/settings.js';
import { subscriptions } from '../aggregate.js';
import { dueNext, jointlyDue, type DueFor } from '../domain/due.js';
import {
  isOpen,
  nextNumber,
  type OpenState,
  type SubscriptionEvent,
  type SubscriptionState,
} from '../domain/state.js';
import { messagesOf } from '../events.js';
import { dueUntil } from '../store.js';
import { madeSubscription } from './life.js';

/** At most this many ends of periods are followed: those of a daily subscription beside a yearly one. */
const ENDS_MAX = 400;

type Subscription = Loaded<SubscriptionState>;
type SubscriptionChange = Change<SubscriptionState, SubscriptionEvent>;

/** The end of an open period that is still ahead. */
export interface Upcoming {
  /** Where the subscription stands now. */
  readonly now: OpenState;
  /** Number of the bill that the end of the period makes. */
  readonly number: number;
  /** Where the subscription stands when the period is over. */
  readonly then: SubscriptionState;
}

/**
 * What happens to a customer's subscriptions by itself until the open period of one of them is over, told as it would be, in a
 * transaction that is taken back: those beside it may take the customer's credit first, or share an invoice with it. Null
 * where it has no open period.
 */
export async function tellUntilEnd(tx: TenantTx, subscriptionId: string): Promise<Upcoming | null> {
  assert(tx.rehearsal !== null, 'time is not over yet');
  const found = await madeSubscription(tx, subscriptionId);
  if (found === null || !isOpen(found.state)) return null;
  const { state } = found;
  const end = state.open.period.to;
  const { customerId } = state.contract;
  const [due, isGrouped] = await Promise.all([dueUntil(tx, customerId, end), groupsInvoices(tx)]);
  const others = due.filter((id) => id !== subscriptionId);
  const loaded = others.length === 0 ? new Map<string, Subscription>() : await subscriptions.load(tx, others);
  const all = new Map<string, Subscription>([...loaded, [subscriptionId, found]]);
  for (const changes of changesUntil(end, all, isGrouped)) await publish(tx, messagesOf(changes));
  const then = all.get(subscriptionId)?.state ?? state;
  return { now: state, number: nextNumber(state), then };
}

/**
 * Carries on what is due until then, where `all` is left standing: what is told together. Where invoices are joint that is all
 * of one instant, else each end of a period, as timers have it.
 */
function changesUntil(
  end: Instant,
  all: Map<string, Subscription>,
  isGrouped: boolean,
): SubscriptionChange[][] {
  const told: SubscriptionChange[][] = [];
  for (let ends = 0; ends < ENDS_MAX;) {
    const states = [...all.values()].map(({ state }) => state);
    const [at] = states.flatMap((state) => dueNext(state) ?? []).sort();
    if (at === undefined || at > end) break;
    const due = jointlyDue(states, at);
    const changes = due.map((one) => carriedOn(one, isGrouped, { all, at }));
    told.push(...(isGrouped ? [changes] : changes.map((change) => [change])));
    ends += changes.length;
  }
  return told;
}

function carriedOn(
  { subscriptionId, command }: DueFor,
  isGrouped: boolean,
  { all, at }: { readonly all: Map<string, Subscription>; readonly at: Instant },
): SubscriptionChange {
  const one = all.get(subscriptionId);
  assert(one !== undefined, 'what is due is known');
  const { joint: _joint, ...alone } = command;
  const decided = subscriptions.decide(one, isGrouped ? command : alone, at);
  assert(decided.ok, 'nothing refuses time');
  all.set(subscriptionId, decided.change.after);
  return decided.change;
}
