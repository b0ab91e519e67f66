import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, type Decision } from '@tollgate/kernel/decision';
import { relabel, type LabelsDraft } from '@tollgate/kernel/labels';
import { amend, type AmendContract, type AmendRejection } from './amend.js';
import { agreeRenewal, notice, terminate, type NoticeTooLate } from './end.js';
import type { AgreeRenewal, GiveNotice, TerminateContract } from './end.js';
import { pass, type PassTime } from './pass.js';
import { sign, type SignContract, type SignRejection } from './sign.js';
import { evolve, initial, type ContractEvent, type ContractState } from './state.js';

/** What is absent of the labels stays. */
export interface LabelContract {
  readonly type: 'LabelContract';
  readonly labels: LabelsDraft;
  /** Whether another contract has the external id. */
  readonly isTaken: boolean;
}

export type ContractCommand =
  SignContract | AmendContract | GiveNotice | AgreeRenewal | TerminateContract | PassTime | LabelContract;

export type ContractRejection = SignRejection | AmendRejection | NoticeTooLate;

/** What a customer is bound by: terms that follow each other, prices that rise, amendments. */
export const contractDecider: Decider<ContractState, ContractCommand, ContractEvent, ContractRejection> = {
  initial,
  decide,
  evolve,
};

function decide(command: ContractCommand, state: ContractState): Decision<ContractEvent, ContractRejection> {
  switch (command.type) {
    case 'SignContract':
      return sign(command, state);
    case 'AmendContract':
      return amend(command, state);
    case 'GiveNotice':
    case 'WithdrawNotice':
      return notice(command, state);
    case 'AgreeRenewal':
      return agreeRenewal(state);
    case 'TerminateContract':
      return terminate(command, state);
    case 'PassTime':
      return pass(command, state);
    case 'LabelContract': {
      assert(state.status !== 'none', 'only a contract that exists is called otherwise');
      const { labels: draft, isTaken } = command;
      const decided = relabel({ kind: 'contract', current: state, draft, isTaken });
      if (!decided.ok) return decided;
      return accept(...decided.events.map((after) => ({ type: 'ContractLabelled' as const, ...after })));
    }
    default:
      return unreachable(command);
  }
}
