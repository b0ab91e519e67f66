import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, type Decision } from '@tollgate/kernel/decision';
import { type LabelsDraft, relabel } from '@tollgate/kernel/labels';
import {
  addAddon,
  removeAddon,
  type AddAddon,
  type AddonChangeRejection,
  type RemoveAddon,
} from './addons.js';
import { jointly, type Billed } from './billed.js';
import {
  expireActivation,
  settleFirstInvoice,
  type ExpireActivation,
  type SettleFirstInvoice,
} from './activation.js';
import { cancel, uncancel, type CancelSubscription, type UncancelSubscription } from './cancel.js';
import { change, type ChangeRejection, type ChangeSubscription } from './change.js';
import { close, started } from './close.js';
import { pause, resume, type PauseSubscription, type ResumeSubscription } from './pause.js';
import {
  endWithAgreement,
  follow,
  leave,
  type EndWithAgreement,
  type FollowAgreement,
  type LeaveAgreement,
} from './agreement.js';
import type { NotCancelling, NotPaused, UnderContract, UnusedFeesNotCreditable } from './rejections.js';
import { noteCreditability, type NoteCreditability } from './credit-hold.js';
import { endByDunning, noteInvoice, type EndByDunning, type NoteInvoice } from './past-due.js';
import { create, type CreateSubscription, type StartRejection } from './start.js';
import { evolve, initial, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';

export type SubscriptionCommand =
  | CreateSubscription
  | DueCommand
  | LabelSubscription
  | ExpireActivation
  | SettleFirstInvoice
  | ChangeSubscription
  | AddAddon
  | RemoveAddon
  | CancelSubscription
  | UncancelSubscription
  | PauseSubscription
  | ResumeSubscription
  | NoteInvoice
  | NoteCreditability
  | EndByDunning
  | FollowAgreement
  | LeaveAgreement
  | EndWithAgreement;

export type SubscriptionRejection =
  | StartRejection
  | ChangeRejection
  | AddonChangeRejection
  | NotCancelling
  | NotPaused
  | UnderContract
  | UnusedFeesNotCreditable;

/** What happens by itself. */
export type DueCommand = (
  { readonly type: 'StartSubscription' } | { readonly type: 'ClosePeriod'; readonly index: number }
) &
  Pick<Billed, 'joint'>;

/** What is absent of the labels stays. */
export interface LabelSubscription {
  readonly type: 'LabelSubscription';
  readonly labels: LabelsDraft;
  /** Whether another subscription has the external id. */
  readonly isTaken: boolean;
}

type Decided = Decision<SubscriptionEvent, SubscriptionRejection>;

/** A customer's subscription to a version of a plan. A command that was carried out already is accepted without events. */
export const subscriptionDecider: Decider<
  SubscriptionState,
  SubscriptionCommand,
  SubscriptionEvent,
  SubscriptionRejection
> = { initial, decide, evolve };

function decide(command: SubscriptionCommand, state: SubscriptionState): Decided {
  switch (command.type) {
    case 'CreateSubscription':
      return create(command, state);
    case 'StartSubscription':
      return state.status === 'scheduled' ? accept(jointly(started(state.contract), command)) : accept();
    case 'ClosePeriod':
      return isOpen(state) && state.open.index === command.index
        ? accept(jointly(close(state), command))
        : accept();
    case 'LabelSubscription':
      return label(command, state);
    case 'ExpireActivation':
      return expireActivation(command, state);
    case 'SettleFirstInvoice':
      return settleFirstInvoice(command, state);
    case 'ChangeSubscription':
      return change(command, state);
    case 'AddAddon':
      return addAddon(command, state);
    case 'RemoveAddon':
      return removeAddon(command, state);
    case 'CancelSubscription':
      return cancel(command, state);
    case 'UncancelSubscription':
      return uncancel(command, state);
    case 'PauseSubscription':
      return pause(command, state);
    case 'ResumeSubscription':
      return resume(command, state);
    case 'NoteInvoice':
      return noteInvoice(command, state);
    case 'NoteCreditability':
      return noteCreditability(command, state);
    case 'EndByDunning':
      return endByDunning(command, state);
    case 'FollowAgreement':
      return follow(command, state);
    case 'LeaveAgreement':
      return leave(state);
    case 'EndWithAgreement':
      return endWithAgreement(command, state);
    default:
      return unreachable(command);
  }
}

function label({ labels: draft, isTaken }: LabelSubscription, state: SubscriptionState): Decided {
  assert(state.status !== 'none', 'only a subscription that exists is called otherwise');
  const decided = relabel({ kind: 'subscription', current: state.contract, draft, isTaken });
  if (!decided.ok) return decided;
  return accept(...decided.events.map((after) => ({ type: 'SubscriptionLabelled' as const, ...after })));
}
