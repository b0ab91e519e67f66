import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ContractEvent, ContractState, SignedState } from './state.js';
import { noticeBy } from './time.js';

export type ContractNotActive = Rejection & {
  readonly reason: 'ContractNotActive';
  readonly status: Uppercase<SignedState['status']>;
};
export type NoticeTooLate = Rejection & { readonly reason: 'NoticeTooLate'; readonly noticeBy: Instant };

/** Notice that it does not go on after its term, or that it does after all. */
export interface GiveNotice {
  readonly type: 'GiveNotice' | 'WithdrawNotice';
  readonly now: Instant;
}

/** Another term is agreed on before the present one ends. */
export interface AgreeRenewal {
  readonly type: 'AgreeRenewal';
}

export interface TerminateContract {
  readonly type: 'TerminateContract';
  readonly reason: string | null;
  readonly waivesFee: boolean;
  readonly feeChargeId: Id<'chg'>;
  readonly now: Instant;
}

const NAMES = {
  scheduled: 'SCHEDULED',
  active: 'ACTIVE',
  ended: 'ENDED',
  terminated: 'TERMINATED',
} as const;
const REASON_MAX_CHARS = 500;

/** What has ended does nothing more. */
export function notActive({ status }: SignedState): Decision<ContractEvent, ContractNotActive> {
  const name = NAMES[status];
  return reject({ reason: 'ContractNotActive', message: `The contract is ${status}.`, status: name });
}

/** Notice is given in time or not at all. */
export function notice(
  { type, now }: GiveNotice,
  state: ContractState,
): Decision<ContractEvent, ContractNotActive | NoticeTooLate> {
  const signed = running(state);
  if (signed === null) return notActive(made(state));
  const isGiven = signed.noticeAt !== null;
  if (type === 'WithdrawNotice') return isGiven ? accept({ type: 'NoticeWithdrawn' }) : accept();
  if (isGiven) return accept();
  const by = noticeBy(signed);
  if (now < by) return accept({ type: 'NoticeGiven', at: now });
  const message = 'Notice for the end of this term had to be given earlier.';
  return reject({ reason: 'NoticeTooLate', message, noticeBy: by });
}

/** It goes on for another term, whatever was agreed on renewal. */
export function agreeRenewal(state: ContractState): Decision<ContractEvent, ContractNotActive> {
  const signed = running(state);
  if (signed === null) return notActive(made(state));
  return signed.renews ? accept() : accept({ type: 'RenewalAgreed' });
}

/** It ends now; what was bought in advance can be used up to here. */
export function terminate(
  command: TerminateContract,
  state: ContractState,
): Decision<ContractEvent, ContractNotActive | InvalidInput> {
  const signed = running(state);
  if (signed === null) return notActive(made(state));
  const { now: at, waivesFee, feeChargeId } = command;
  const fields = new InputReader();
  const reason = fields.optionalText('input.reason', command.reason, REASON_MAX_CHARS);
  if (fields.rejection !== null) return reject(fields.rejection);
  const isCharged = signed.status === 'active' && signed.agreed.terminationFee !== null && !waivesFee;
  const moved = signed.commitments
    .filter(({ until }) => until > at)
    .map(({ commitmentId }): ContractEvent => ({ type: 'CommitmentEndMoved', commitmentId, until: at }));
  const fee = isCharged ? feeChargeId : null;
  return accept(...moved, { type: 'ContractTerminated', at, reason, feeChargeId: fee });
}

function running(state: ContractState): SignedState | null {
  return state.status === 'active' || state.status === 'scheduled' ? state : null;
}

function made(state: ContractState): SignedState {
  assert(state.status !== 'none', 'the caller loads a contract that exists');
  return state;
}
