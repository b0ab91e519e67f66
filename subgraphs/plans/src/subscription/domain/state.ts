import { assert, unreachable } from '@tollgate/kernel/assert';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Id } from '@tollgate/kernel/id';
import type { Labels } from '@tollgate/kernel/labels';
import type { Instant, LocalDate, Period } from '@tollgate/kernel/time/time';
import { contractIn, type AgreementV1, type AgreementV2, type AgreementV3 } from './agreement-v1.js';
import { addonsAfter, addonsInForce, type HeldAddon } from './addons.js';
import { evolveActivation, isOfActivation, type ActivationEvent, type Awaiting } from './awaiting.js';
import type { Billed, OpenedPeriod } from './billed.js';
import { evolveCreditHold, heldAfter, isOfCreditHold, type CreditHoldEvent } from './credit-hold.js';
import { evolvePastDue, isOfPastDue, type PastDueEvent } from './past-due.js';
import {
  changed,
  changesPrices,
  usageOf,
  type Contract,
  type Override,
  type TermsChange,
} from './contract.js';

/** Events as earlier releases wrote them: what one bill says now was told by several. */
type EarlierEvent =
  | { readonly type: 'SubscriptionStarted'; readonly period: Period }
  | {
      readonly type: 'PeriodClosed';
      readonly index: number;
      readonly period: Period;
      /** Null where it was the last. */
      readonly next: Period | null;
    }
  | { readonly type: 'PeriodStarted'; readonly index: number; readonly period: Period };

export type SubscriptionEvent =
  | ({ readonly type: 'SubscriptionCreated' } & (Contract | AgreementV3 | AgreementV2 | AgreementV1))
  | Billed
  | EarlierEvent
  | ({ readonly type: 'SubscriptionLabelled' } & Labels)
  | { readonly type: 'ChangeScheduled'; readonly change: TermsChange }
  | AgreementEvent
  /** Nothing is billed for it: it waits, or there is nothing to bill yet. */
  | { readonly type: 'AddonsChanged'; readonly addons: readonly HeldAddon[] }
  | { readonly type: 'CancellationScheduled'; readonly cancelAt: Instant }
  | { readonly type: 'CancellationWithdrawn' }
  | ActivationEvent
  | PastDueEvent
  | CreditHoldEvent
  | { readonly type: 'PauseScheduled' }
  | { readonly type: 'PauseWithdrawn' }
  | { readonly type: 'SubscriptionEnded'; readonly endedAt: Instant };

/** What an agreement over a subscription does to it where nothing is billed for that. */
type AgreementEvent =
  | { readonly type: 'AgreementJoined'; readonly agreementId: Id<'ctr'>; readonly alignTo: LocalDate | null }
  | { readonly type: 'AgreementLeft' }
  /** Other prices for a subscription that does not run: it is billed by them from its next period on. */
  | { readonly type: 'PricesAgreed'; readonly overrides: readonly Override[] };

/** What a subscription keeps as soon as somebody has heard of it. */
export interface Known {
  readonly contract: Contract;
  /** Bills so far; the next one has this number. */
  readonly bills: number;
  /** Number of the bill since which plan and overrides are as they are. */
  readonly since: number;
  /** Number of the next paid period. */
  readonly nextPaid: number;
  /** What it has beside its plan, in the order of joining. */
  readonly addons: readonly HeldAddon[];
}

/** What happens at the end of the period, besides the next one. */
export interface Waiting {
  readonly change: TermsChange | null;
  readonly pauses: boolean;
}

export interface Running extends Known {
  readonly open: OpenedPeriod;
  /** Where the stretch begins that is not billed for its usage. */
  readonly stretchFrom: Instant;
  readonly waiting: Waiting;
}

export type SubscriptionState =
  | { readonly status: 'none' }
  | { readonly status: 'scheduled'; readonly contract: Contract }
  | (Awaiting & Running)
  | ({ readonly status: 'active' } & Running)
  | ({ readonly status: 'cancelling'; readonly cancelAt: Instant } & Running)
  | ({ readonly status: 'paused'; readonly lastIndex: number } & Known)
  | {
      readonly status: 'ended';
      readonly contract: Contract;
      readonly endedAt: Instant;
      /** Index of the last period; null where it never started. */
      readonly lastIndex: number | null;
    };

/** A subscription whose period is open. */
export type OpenState = Extract<SubscriptionState, { status: 'active' | 'cancelling' }>;
/** A subscription that somebody made. */
export type MadeState = Exclude<SubscriptionState, { status: 'none' }>;

export const initial: SubscriptionState = { status: 'none' };
export const NOTHING_WAITS: Waiting = { change: null, pauses: false };

/** The state after one more event. */
export function evolve(state: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  if (event.type === 'SubscriptionCreated') return { status: 'scheduled', contract: contractIn(event) };
  assert(state.status !== 'none', 'a subscription is made first');
  if (isOfActivation(event)) return evolveActivation(state, event);
  if (isOfPastDue(event)) return evolvePastDue(state, event);
  if (isOfCreditHold(event)) return evolveCreditHold(state, event);
  switch (event.type) {
    case 'SubscriptionBilled':
      return billed(state, event);
    case 'SubscriptionLabelled': {
      const { externalId, metadata } = event;
      return { ...state, contract: { ...state.contract, externalId, metadata } };
    }
    case 'ChangeScheduled':
      return { ...running(state), waiting: { ...running(state).waiting, change: event.change } };
    case 'AddonsChanged':
      return { ...running(state), addons: event.addons };
    case 'PauseScheduled':
      return { ...running(state), waiting: { ...running(state).waiting, pauses: true } };
    case 'PauseWithdrawn':
      return { ...running(state), waiting: { ...running(state).waiting, pauses: false } };
    case 'CancellationScheduled':
      return {
        ...running(state),
        ...{ status: 'cancelling', cancelAt: event.cancelAt, waiting: NOTHING_WAITS },
        addons: addonsInForce(running(state).addons),
      };
    case 'CancellationWithdrawn': {
      assert(state.status === 'cancelling', 'only a cancellation is withdrawn');
      const { cancelAt: _cancelAt, ...rest } = state;
      return { ...rest, status: 'active' };
    }
    case 'SubscriptionEnded':
      return ended(state, event.endedAt);
    case 'AgreementJoined': {
      const { agreementId, alignTo } = event;
      return { ...state, contract: { ...state.contract, agreementId, alignTo } };
    }
    case 'AgreementLeft':
      return { ...state, contract: { ...state.contract, agreementId: null, alignTo: null } };
    case 'PricesAgreed': {
      const contract = changed(state.contract, { version: null, quantity: null, overrides: event.overrides });
      return 'since' in state ? { ...state, contract, since: state.bills } : { ...state, contract };
    }
    default:
      return evolveEarlier(state, event);
  }
}

/** The state after these events. */
export function fold(events: readonly SubscriptionEvent[], from = initial): SubscriptionState {
  return foldEvents({ initial, evolve }, events, from);
}

/** Whether a period of it is open. */
export function isOpen(state: SubscriptionState): state is OpenState {
  return state.status === 'active' || state.status === 'cancelling';
}

/** Names of the usage that the subscription bills, or will where a change waits. */
export function billedUsage(state: MadeState): readonly string[] {
  const waiting = isOpen(state) ? state.waiting.change?.version : null;
  const later = waiting ? usageOf(waiting) : [];
  return [...new Set([...usageOf(state.contract.version), ...later])];
}

/** Number of the next bill. */
export function nextNumber(state: MadeState): number {
  return 'bills' in state ? state.bills : 0;
}

function billed(state: MadeState, event: Billed): SubscriptionState {
  assert(state.status !== 'ended', 'what is over is not billed');
  const { change, opens, closes, over, at } = event;
  const number = nextNumber(state);
  const before = heldAfter(state, event);
  const contract = change === null ? before : changed(before, change);
  const since = change !== null && changesPrices(change) ? number : 'since' in state ? state.since : 0;
  const nextPaid = (opens?.paid ?? ('nextPaid' in state ? state.nextPaid - 1 : -1)) + 1;
  const known = { contract, bills: number + 1, since, nextPaid, addons: addonsOf(state, event) };
  if (over === 'ended') return { ...ended(state, at), contract };
  if (over === 'paused') return { status: 'paused', ...known, lastIndex: running(state).open.index };
  const waiting = waitingAfter(state, event);
  if (opens !== null)
    return { status: 'active', ...known, open: opens, stretchFrom: opens.period.from, waiting };
  const current = running(state);
  return { ...current, ...known, stretchFrom: closes?.to ?? current.stretchFrom, waiting };
}

/** What waits comes to pass with the end of a period, and is dropped by a pause; a restart leaves it waiting. */
function addonsOf(state: MadeState, event: Billed): readonly HeldAddon[] {
  const held = 'addons' in state ? state.addons : [];
  if (event.addons !== null) return event.addons;
  if (event.over === 'paused') return addonsInForce(held);
  return isOpen(state) && hasRunOut(state, event) ? addonsAfter(held) : held;
}

function hasRunOut({ open }: OpenState, { opens, closes }: Billed): boolean {
  return opens !== null && (closes === null || closes.to === open.period.to);
}

/** A restart leaves a pause waiting for the end of the new period; what came to pass waits no more. */
function waitingAfter(state: MadeState, event: Billed): Waiting {
  if (!isOpen(state) || hasRunOut(state, event)) return NOTHING_WAITS;
  return event.change === null ? state.waiting : { ...state.waiting, change: null };
}

/** What the four events of earlier releases come to; a close and what opened after it were one bill. */
function evolveEarlier(state: MadeState, event: EarlierEvent): SubscriptionState {
  switch (event.type) {
    case 'SubscriptionStarted': {
      const { contract } = state;
      const cycle = { anchor: contract.startsOn, anchorDay: null, k: 0 };
      const open = { index: 0, paid: 0, period: event.period, full: null, cycle };
      const known = { contract, bills: 1, since: 0, nextPaid: 1, addons: [] };
      return { status: 'active', ...known, open, stretchFrom: event.period.from, waiting: NOTHING_WAITS };
    }
    case 'PeriodClosed': {
      const current = running(state);
      return { ...current, bills: current.bills + 1 };
    }
    case 'PeriodStarted': {
      const current = running(state);
      const { index, period } = event;
      const cycle = { ...current.open.cycle, k: index };
      const open = { index, paid: index, period, full: null, cycle };
      return { ...current, open, nextPaid: index + 1, stretchFrom: period.from };
    }
    default:
      return unreachable(event);
  }
}

function running(state: SubscriptionState): OpenState {
  assert(isOpen(state), 'a period is open');
  return state;
}

function ended(state: SubscriptionState, endedAt: Instant): Extract<SubscriptionState, { status: 'ended' }> {
  assert(state.status !== 'none' && state.status !== 'ended', 'a subscription ends once');
  const lastIndex = isOpen(state) ? state.open.index : state.status === 'paused' ? state.lastIndex : null;
  return { status: 'ended', contract: state.contract, endedAt, lastIndex };
}
