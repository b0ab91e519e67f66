import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { contractDecider } from './domain/contract.js';
import type { ContractEvent, ContractState } from './domain/state.js';
import { dueAt } from './domain/time.js';
import { messagesOf } from './events.js';
import { CONTRACTS } from './store.js';

export type ContractChange = Change<ContractState, ContractEvent>;

/** What an appointment is about. */
export interface TimerPayload {
  readonly contractId: string;
}

/** Customers' contracts: their streams, their table, what others hear and when they are looked at next. */
export const contracts = aggregate({
  name: 'contract',
  idPrefix: 'ctr',
  decider: contractDecider,
  projections: [CONTRACTS],
  messages: messagesOf,
  timers: appointmentsOf,
});

function appointmentsOf({ id, after: { state } }: ContractChange): Appointment[] {
  const due = state.status === 'none' ? null : dueAt(state);
  if (state.status === 'none' || due === null) return [];
  const payload: TimerPayload = { contractId: id };
  const series = state.customerId;
  return [{ owner: 'plans', kind: 'contract', key: `${id}:${due}`, series, dueAt: due, payload }];
}
