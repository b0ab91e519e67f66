import { assert, unreachable } from '@tollgate/kernel/assert';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Id } from '@tollgate/kernel/id';
import type { Labels } from '@tollgate/kernel/labels';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, LocalDate, TimeZone } from '@tollgate/kernel/time/time';
import type { Override } from '../../subscription/domain/contract.js';
import type { Agreed } from './terms.js';

/** A subscription that a contract covers. */
export interface Member {
  readonly subscriptionId: Id<'sub'>;
  /** Prices agreed in the place of its plan's; null = as they were. */
  readonly rates: readonly Override[] | null;
}

/** A term, in months since the contract's first day. */
export interface Term {
  /** Counts from 1. */
  readonly number: number;
  readonly fromMonth: number;
  readonly toMonth: number;
}

/** An amount that was bought in advance, for usage from one instant up to another. */
export interface Commitment {
  readonly commitmentId: Id<'cmt'>;
  /** What it is bought by. */
  readonly chargeId: Id<'chg'>;
  readonly amount: Decimal;
  readonly from: Instant;
  readonly until: Instant;
  /** Grows with every change. */
  readonly revision: number;
}

/** What an amendment changed of one thing, for people. */
export interface Amended {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A link of the chain of what was agreed later. */
export interface Amendment {
  /** Counts from 1. */
  readonly number: number;
  readonly at: Instant;
  readonly note: string | null;
  readonly changes: readonly Amended[];
}

/** Whom a contract binds, to what, and from when on. */
export interface ContractHead extends Labels {
  readonly contractId: Id<'ctr'>;
  readonly customerId: Id<'cus'>;
  readonly currency: Currency;
  /** The customer's when it was signed. */
  readonly timeZone: TimeZone;
  readonly createdAt: Instant;
  readonly startsOn: LocalDate;
  /** Whether periods of the subscriptions are counted from its first day. */
  readonly coTerm: boolean;
}

/** What can be agreed otherwise later. */
export interface Content {
  readonly agreed: Agreed;
  readonly members: readonly Member[];
  readonly term: Term;
  /** Number of the next yearly rise of prices, from 1. */
  readonly nextAnniversary: number;
}

/** What is known of a contract as soon as it is signed. */
export interface Known extends ContractHead, Content {
  /** When notice was given that it does not go on after its term; null while it was not. */
  readonly noticeAt: Instant | null;
  /** Whether somebody asked for another term. */
  readonly renews: boolean;
  /** The oldest first. */
  readonly commitments: readonly Commitment[];
  readonly amendments: readonly Amendment[];
}

export type ContractState =
  | { readonly status: 'none' }
  | ({ readonly status: 'scheduled' | 'active' } & Known)
  | ({ readonly status: 'ended' | 'terminated'; readonly endedAt: Instant } & Known);

export type SignedState = Exclude<ContractState, { readonly status: 'none' }>;

export type ContractEvent =
  | ({ readonly type: 'ContractSigned' } & ContractHead & Content)
  | { readonly type: 'ContractBegan'; readonly at: Instant }
  | ({ readonly type: 'ContractLabelled' } & Labels)
  | ({ readonly type: 'ContractAmended' } & Amendment & Content)
  | { readonly type: 'NoticeGiven'; readonly at: Instant }
  | { readonly type: 'NoticeWithdrawn' }
  | { readonly type: 'RenewalAgreed' }
  | { readonly type: 'TermRenewed'; readonly term: Term }
  | { readonly type: 'PricesEscalated'; readonly anniversary: number }
  | ({ readonly type: 'CommitmentMade' } & Commitment)
  /** What is left of it may be used until then. */
  | { readonly type: 'CommitmentEndMoved'; readonly commitmentId: Id<'cmt'>; readonly until: Instant }
  | { readonly type: 'ContractEnded'; readonly at: Instant }
  | {
      readonly type: 'ContractTerminated';
      readonly at: Instant;
      readonly reason: string | null;
      /** Null where nothing is charged for it. */
      readonly feeChargeId: Id<'chg'> | null;
    };

export const initial: ContractState = { status: 'none' };

/** The state after one more event. */
export function evolve(state: ContractState, event: ContractEvent): ContractState {
  if (event.type === 'ContractSigned') {
    const { type: _type, ...signed } = event;
    const later = { noticeAt: null, renews: false, commitments: [], amendments: [] };
    return { status: 'scheduled', ...signed, ...later };
  }
  assert(state.status !== 'none', 'a contract is signed first');
  switch (event.type) {
    case 'ContractBegan':
      return { ...state, status: 'active' };
    case 'ContractLabelled':
      return { ...state, externalId: event.externalId, metadata: event.metadata };
    case 'ContractAmended': {
      const { number, at, note, changes, agreed, members, term, nextAnniversary } = event;
      const amendments = [...state.amendments, { number, at, note, changes }];
      return { ...state, agreed, members, term, nextAnniversary, amendments };
    }
    case 'NoticeGiven':
      return { ...state, noticeAt: event.at, renews: false };
    case 'NoticeWithdrawn':
      return { ...state, noticeAt: null };
    case 'RenewalAgreed':
      return { ...state, noticeAt: null, renews: true };
    case 'TermRenewed':
      return { ...state, term: event.term, renews: false };
    case 'PricesEscalated':
      return { ...state, nextAnniversary: event.anniversary + 1 };
    case 'CommitmentMade': {
      const { type: _type, ...commitment } = event;
      return { ...state, commitments: [...state.commitments, commitment] };
    }
    case 'CommitmentEndMoved':
      return { ...state, commitments: state.commitments.map((one) => moved(one, event)) };
    case 'ContractEnded':
      return { ...state, status: 'ended', endedAt: event.at };
    case 'ContractTerminated':
      return { ...state, status: 'terminated', endedAt: event.at };
    default:
      return unreachable(event);
  }
}

/** The state after these events. */
export function fold(events: readonly ContractEvent[], from: ContractState = initial): ContractState {
  return foldEvents({ initial, evolve }, events, from);
}

function moved(
  one: Commitment,
  { commitmentId, until }: { readonly commitmentId: string; readonly until: Instant },
): Commitment {
  return one.commitmentId === commitmentId ? { ...one, until, revision: one.revision + 1 } : one;
}
