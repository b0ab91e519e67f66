import { billKey } from '@tollgate/contracts/plans/bill';
import { contractCharged, contractCommitted, type ContractCharge } from '@tollgate/contracts/plans/contract';
import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Commitment, ContractEvent, ContractState, SignedState } from './domain/state.js';

/** What is bought in advance, charged and told with whatever changes of it; in one order with the customer's bills. */
export function messagesOf(changes: readonly Change<ContractState, ContractEvent>[]): Outgoing[] {
  return changes.flatMap(({ before, after: { state }, events, at }) => {
    assert(state.status !== 'none', 'a change leaves a contract behind');
    const bought = events.flatMap((event): Outgoing[] =>
      event.type === 'CommitmentMade' ? [chargeOf(state, event, at)] : [],
    );
    const known = before.state.status === 'none' ? null : before.state;
    const told = state.commitments.filter((one) => isNews(one, state, known));
    return [...bought, ...told.map((one) => commitmentOf(state, one, at))];
  });
}

/** A charge that a contract makes, to be published. */
export function chargeMessage(
  { contractId, customerId, currency }: SignedState,
  charge: Omit<ContractCharge, 'contractId' | 'customerId' | 'currency'>,
  occurredAt: Instant,
): Outgoing {
  const data = { contractId, customerId, currency, ...charge };
  return outgoing(contractCharged, { aggregate: billKey(customerId), occurredAt, data });
}

function chargeOf(state: SignedState, { chargeId, amount }: Commitment, at: Instant): Outgoing {
  const line = { key: 'commitment', description: 'Prepaid commitment' };
  return chargeMessage(state, { chargeId, ...line, of: { kind: 'amount', amount } }, at);
}

/** Whether others do not know it as it is: it is new, ends at another time, or other subscriptions draw it down. */
function isNews(one: Commitment, now: SignedState, before: SignedState | null): boolean {
  const known = before?.commitments.find(({ commitmentId }) => commitmentId === one.commitmentId);
  return known?.revision !== one.revision || idsOf(now).join() !== (before && idsOf(before).join());
}

function commitmentOf(state: SignedState, one: Commitment, occurredAt: Instant): Outgoing {
  const { contractId, customerId, currency, amendments } = state;
  const { commitmentId, amount, from, until } = one;
  // Both only grow, and one of them does with every change.
  const revision = one.revision + amendments.length;
  const data = {
    ...{ contractId, commitmentId, revision, customerId, currency, amount },
    ...{ subscriptionIds: idsOf(state), from, until },
  };
  return outgoing(contractCommitted, { aggregate: billKey(customerId), occurredAt, data });
}

function idsOf({ members }: SignedState) {
  return members.map(({ subscriptionId }) => subscriptionId);
}
