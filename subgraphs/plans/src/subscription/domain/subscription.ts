import { unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, type Decision } from '@tollgate/kernel/decision';
import { cancel, type AlreadyEnded, type CancelSubscription } from './cancel.js';
import { close, started } from './close.js';
import { create, type CreateSubscription, type StartRejection } from './start.js';
import { evolve, initial, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';

export type SubscriptionCommand =
  | CreateSubscription
  | { readonly type: 'StartSubscription' }
  | { readonly type: 'ClosePeriod'; readonly index: number }
  | CancelSubscription;

export type SubscriptionRejection = StartRejection | AlreadyEnded;

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
    case 'CancelSubscription':
      return cancel(command, state);
    default:
      return unreachable(command);
  }
}
