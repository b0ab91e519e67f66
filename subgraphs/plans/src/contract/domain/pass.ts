import { assert } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { fold, type Commitment, type ContractEvent, type ContractState, type SignedState } from './state.js';
import { dueAt, instantAfter, termEnd, willRenew, YEAR_MONTHS } from './time.js';

/** Ids for what may be bought. */
export interface NewIds {
  readonly commitmentId: Id<'cmt'>;
  readonly chargeId: Id<'chg'>;
}

/** Time has come to an instant at which something may be due. */
export interface PassTime {
  readonly type: 'PassTime';
  readonly at: Instant;
  readonly ids: NewIds;
}

/** What is due: the begin, the end of a term or the next one, and then the rise of prices of that day. */
export function pass({ at, ids }: PassTime, state: ContractState): Decision<ContractEvent, never> {
  assert(state.status !== 'none', 'a timer commits together with its contract');
  if (dueAt(state) === null || (dueAt(state) ?? at) > at) return accept();
  const turned = state.status === 'scheduled' ? began(state, at, ids) : turnedOver(state, at, ids);
  const after = fold(turned, state);
  assert(after.status !== 'none', 'it was signed');
  return accept(...turned, ...escalated(after, at));
}

/** The begin of a contract: what is committed is bought. */
export function began(state: SignedState, at: Instant, ids: NewIds): ContractEvent[] {
  return [{ type: 'ContractBegan', at }, ...bought(state, at, ids)];
}

/** A commitment for the rest of the term, where one is agreed. */
export function bought(state: SignedState, from: Instant, ids: NewIds): ContractEvent[] {
  const { commitment } = state.agreed;
  if (commitment === null) return [];
  return [{ type: 'CommitmentMade', ...commitmentOf(state, from, ids), amount: commitment.amount }];
}

/** A commitment for the rest of the term. */
export function commitmentOf(state: SignedState, from: Instant, ids: NewIds): Omit<Commitment, 'amount'> {
  return { ...ids, from, until: termEnd(state), revision: 1 };
}

function turnedOver(state: SignedState, at: Instant, ids: NewIds): ContractEvent[] {
  const end = termEnd(state);
  if (end > at) return [];
  if (!willRenew(state)) return [{ type: 'ContractEnded', at: end }];
  const { toMonth, number } = state.term;
  const term = { number: number + 1, fromMonth: toMonth, toMonth: toMonth + state.agreed.renewal.months };
  const renewed: ContractEvent = { type: 'TermRenewed', term };
  const after = fold([renewed], state);
  assert(after.status !== 'none', 'it was signed');
  return [renewed, ...rolledOver(after, end), ...bought(after, end, ids)];
}

/** What is left of what was bought for the term before may be used in this one, too. */
function rolledOver(state: SignedState, from: Instant): ContractEvent[] {
  if (state.agreed.commitment?.unused !== 'rolls_over') return [];
  const until = termEnd(state);
  return state.commitments
    .filter((one) => one.until === from)
    .map(({ commitmentId }) => ({ type: 'CommitmentEndMoved', commitmentId, until }));
}

function escalated(state: SignedState, at: Instant): ContractEvent[] {
  const { nextAnniversary: anniversary, agreed } = state;
  if (state.status !== 'active' || agreed.escalator === null) return [];
  if (instantAfter(state, anniversary * YEAR_MONTHS) > at) return [];
  return [{ type: 'PricesEscalated', anniversary }];
}
