import { unreachable } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ProviderName } from '../../providers/domain/provider.js';

/** Where a dispute stands: while it is open, and after it was lost, the money is gone. */
export type DisputeStatus = 'open' | 'won' | 'lost';

/** Of what a dispute is, and who tells of it. */
export interface DisputeHead {
  readonly id: string;
  readonly provider: ProviderName;
  /** What the provider calls it. */
  readonly reference: string;
  readonly paymentId: string;
  readonly invoiceId: string;
  /** Who paid. */
  readonly customerId: string;
}

/** What the provider says beside how it stands. */
export interface DisputeDetails {
  /** What the provider takes for it; null where it did not say. */
  readonly fee: Money | null;
  /** In the provider's word. */
  readonly reason: string | null;
  /** Until when evidence is taken; null where there is no such time. */
  readonly evidenceDueAt: Instant | null;
}

/** A payment that its customer disputes at the bank. */
export interface Dispute extends DisputeHead, DisputeDetails {
  readonly status: DisputeStatus;
  readonly money: Money;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
}

/** Null before a provider told of it. */
export type DisputeState = Dispute | null;

/** How a dispute stands at its provider now: what a webhook itself claims decides nothing. */
export interface TellDispute extends DisputeDetails {
  readonly type: 'TellDispute';
  readonly head: DisputeHead;
  readonly status: DisputeStatus;
  readonly money: Money;
  readonly at: Instant;
}

export type DisputeEvent =
  | ({
      readonly type: 'DisputeOpened';
      readonly head: DisputeHead;
      readonly money: Money;
      readonly at: Instant;
    } & DisputeDetails)
  | ({ readonly type: 'DisputeDetailed'; readonly at: Instant } & DisputeDetails)
  | { readonly type: 'DisputeClosed'; readonly outcome: 'won' | 'lost'; readonly at: Instant };

/** Told in any order and however often, a dispute is opened once and closed once; nothing opens it again. */
export const disputeDecider: Decider<DisputeState, TellDispute, DisputeEvent, never> = {
  initial: null,
  decide,
  evolve,
};

function decide(told: TellDispute, state: DisputeState): Decision<DisputeEvent, never> {
  const { head, money, status, at } = told;
  const details = detailsOf(told);
  const isClosed = state !== null && state.status !== 'open';
  const closed: DisputeEvent[] =
    status === 'open' || isClosed ? [] : [{ type: 'DisputeClosed', outcome: status, at }];
  if (state === null)
    return accept<DisputeEvent>({ type: 'DisputeOpened', head, money, ...details, at }, ...closed);
  const isNew = !isClosed && !isSame(details, state);
  return accept<DisputeEvent>(
    ...(isNew ? [{ type: 'DisputeDetailed' as const, ...details, at }] : []),
    ...closed,
  );
}

function detailsOf({ fee, reason, evidenceDueAt }: DisputeDetails): DisputeDetails {
  return { fee, reason, evidenceDueAt };
}

function isSame(one: DisputeDetails, other: DisputeDetails): boolean {
  return (
    one.fee?.minor === other.fee?.minor &&
    one.fee?.currency === other.fee?.currency &&
    one.reason === other.reason &&
    one.evidenceDueAt === other.evidenceDueAt
  );
}

function evolve(state: DisputeState, event: DisputeEvent): DisputeState {
  switch (event.type) {
    case 'DisputeOpened': {
      const { head, money, at: openedAt } = event;
      return { ...head, ...detailsOf(event), status: 'open', money, openedAt, closedAt: null };
    }
    case 'DisputeDetailed':
      return state === null ? null : { ...state, ...detailsOf(event) };
    case 'DisputeClosed':
      return state === null ? null : { ...state, status: event.outcome, closedAt: event.at };
    default:
      return unreachable(event);
  }
}
