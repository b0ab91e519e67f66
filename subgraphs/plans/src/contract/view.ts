import { dayAfter, instantAfter, noticeBy, termEnd, willRenew, YEAR_MONTHS } from './domain/time.js';
import type { SignedState } from './domain/state.js';
import type { Agreed } from './domain/terms.js';
import { stateOf, type ContractRow } from './store.js';

const STATUS = {
  scheduled: 'SCHEDULED',
  active: 'ACTIVE',
  ended: 'ENDED',
  terminated: 'TERMINATED',
} as const;
const OF = { fees: 'FEES', all: 'ALL_PRICES' } as const;
const UNUSED = { expires: 'EXPIRES', rolls_over: 'ROLLS_OVER' } as const;

/** A contract as the schema shows it. */
export function contractView(row: ContractRow) {
  const state = stateOf(row);
  const isOver = 'endedAt' in state;
  return {
    id: row.id,
    externalId: state.externalId,
    metadata: state.metadata,
    createdAt: state.createdAt,
    customer: { id: row.customer_id },
    status: STATUS[state.status],
    currency: state.currency,
    timeZone: state.timeZone,
    startsOn: state.startsOn,
    coTerm: state.coTerm,
    term: termView(state),
    willRenew: !isOver && willRenew(state),
    noticeAt: state.noticeAt,
    noticeBy: isOver ? null : noticeBy(state),
    nextEscalationAt: escalationAt(state),
    endedAt: isOver ? state.endedAt : null,
    ...agreedView(state.agreed),
    commitments: state.commitments.map(({ commitmentId: id, amount, from, until }) => ({
      ...{ id, amount, period: { from, to: until } },
    })),
    amendments: state.amendments,
  };
}

function termView(state: SignedState) {
  const { term } = state;
  const from = instantAfter(state, term.fromMonth);
  return {
    number: term.number,
    months: term.toMonth - term.fromMonth,
    startsOn: dayAfter(state, term.fromMonth),
    endsOn: dayAfter(state, term.toMonth),
    period: { from, to: termEnd(state) },
  };
}

function escalationAt(state: SignedState) {
  if ('endedAt' in state || state.agreed.escalator === null) return null;
  return instantAfter(state, state.nextAnniversary * YEAR_MONTHS);
}

function agreedView({ renewal, terminationFee: fee, escalator, commitment }: Agreed) {
  return {
    renewal,
    terminationFee: fee && {
      percentOfRemainingFees: fee.kind === 'remaining_fees' ? fee.percent : null,
      amount: fee.kind === 'amount' ? fee.amount : null,
    },
    escalator: escalator && { percent: escalator.percent, of: OF[escalator.of] },
    commitment: commitment && { amount: commitment.amount, unused: UNUSED[commitment.unused] },
  };
}
