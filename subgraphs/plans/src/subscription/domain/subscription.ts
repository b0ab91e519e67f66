import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, type Decision } from '@tollgate/kernel/decision';
import { type LabelsDraft, relabel } from '@tollgate/kernel/labels';
import { cancel, type AlreadyEnded, type CancelSubscription } from './cancel.js';
import { close, started } from './close.js';
import { create, type CreateSubscription, type StartRejection } from './start.js';
import { evolve, initial, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';

export type SubscriptionCommand =
  | CreateSubscription
  | { readonly type: 'StartSubscription' }
  | { readonly type: 'ClosePeriod'; readonly index: number }
  | LabelSubscription
  | CancelSubscription;

export type SubscriptionRejection = StartRejection | AlreadyEnded;

/** What is absent of the labels stays. */
export interface LabelSubscription {
  readonly type: 'LabelSubscription';
  readonly labels: LabelsDraft;
  /** Whether another subscription has the external id. */
  readonly isTaken: boolean;
}

/** A customer's subscription to a version of a plan. A command that was carried out already is accepted without events. */
export const subscriptionDecider: Decider<
  SubscriptionState,
  SubscriptionCommand,
  SubscriptionEvent,
  SubscriptionRejection
> = { initial, decide, evolve };

function decide(
  command: SubscriptionCommand,
  state: SubscriptionState,
): Decision<SubscriptionEvent, SubscriptionRejection> {
  switch (command.type) {
    case 'CreateSubscription':
      return create(command, state);
    case 'StartSubscription':
      return state.status === 'scheduled' ? accept(started(state.agreement)) : accept();
    case 'ClosePeriod':
      return isOpen(state) && state.index === command.index ? accept(...close(state)) : accept();
    case 'LabelSubscription':
      return label(command, state);
    case 'CancelSubscription':
      return cancel(command, state);
    default:
      return unreachable(command);
  }
}

function label(
  { labels: draft, isTaken }: LabelSubscription,
  state: SubscriptionState,
): Decision<SubscriptionEvent, SubscriptionRejection> {
  assert(state.status !== 'none', 'only a subscription that exists is called otherwise');
  const decided = relabel({ kind: 'subscription', current: state.agreement, draft, isTaken });
  if (!decided.ok) return decided;
  return accept(...decided.events.map((after) => ({ type: 'SubscriptionLabelled' as const, ...after })));
}
