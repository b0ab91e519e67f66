import { assert } from '@tollgate/kernel/assert';
import { externalIdIn, isOfLabels } from '@tollgate/kernel/labels';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type {
  GiveContractNoticeInput,
  RenewContractInput,
  TerminateContractInput,
  UpdateContractInput,
  WithdrawContractNoticeInput,
} from '../../generated/graphql.js';
import { subscriptions } from '../../subscription/aggregate.js';
import { termsNow } from '../../subscription/handlers/terms.js';
import { contracts, type ContractChange } from '../aggregate.js';
import type { GiveNotice } from '../domain/end.js';
import { remainingPeriods } from '../domain/remaining.js';
import { termEnd } from '../domain/time.js';
import { chargeMessage } from '../events.js';
import { isExternalIdTaken } from '../store.js';
import { answersTo, asksOf, coveredBy, type LoadedSubscription } from './cover.js';
import { statesOf } from './pass.js';

/** Gives notice that a contract ends with its term, or takes that back. */
export async function giveContractNotice(caller: Caller, input: GiveContractNoticeInput) {
  return noticeAs(caller, input, { name: 'giveContractNotice', type: 'GiveNotice' });
}

/** The contract goes on as if no notice had been given. */
export async function withdrawContractNotice(caller: Caller, input: WithdrawContractNoticeInput) {
  return noticeAs(caller, input, { name: 'withdrawContractNotice', type: 'WithdrawNotice' });
}

/** Agrees on one more term. */
export async function renewContract(caller: Caller, input: RenewContractInput) {
  const { contractId } = input;
  const asked = { name: 'renewContract', input, access: 'backend', subject: contractId } as const;
  return command(caller, asked, async (tx) => {
    const found = await signedContract(tx, contractId);
    if (found === null) return unknownContract(contractId);
    const decided = contracts.decide(found, { type: 'AgreeRenewal' }, await tx.now());
    if (!decided.ok) {
      const { rejection } = decided;
      assert(rejection.reason === 'ContractNotActive', 'a renewal has no other rejection');
      return rejection;
    }
    await contracts.record(tx, [decided.change]);
    return { __typename: 'ContractRenewed' as const, contractId };
  });
}

/** Ends a contract before its term, with its subscriptions, for its fee. */
export async function terminateContract(caller: Caller, input: TerminateContractInput) {
  const { contractId } = input;
  const asked = { name: 'terminateContract', input, access: 'backend', subject: contractId } as const;
  return command(caller, asked, async (tx) => {
    const found = await signedContract(tx, contractId);
    if (found === null) return unknownContract(contractId);
    const now = await tx.now();
    const wish = { reason: input.reason ?? null, waivesFee: input.waiveFee ?? false };
    const asked = { type: 'TerminateContract', ...wish, feeChargeId: newId('chg'), now } as const;
    const decided = contracts.decide(found, asked, now);
    if (!decided.ok) {
      const { rejection } = decided;
      const { reason } = rejection;
      assert(reason === 'ContractNotActive' || reason === 'InvalidInput', 'an end has no other rejection');
      return rejection;
    }
    const creditTo = input.unusedFees === 'PRORATED' ? 'balance' : null;
    await recordEnd(tx, decided.change, { at: now, creditTo });
    return { __typename: 'ContractTerminated' as const, contractId };
  });
}

/** Changes what the tenant calls a contract and notes on it; what is absent stays. */
export async function updateContract(caller: Caller, input: UpdateContractInput) {
  const { contractId, ...labels } = input;
  const asked = { name: 'updateContract', input, access: 'backend', subject: contractId } as const;
  return command(caller, asked, async (tx) => {
    const [found, isTaken, now] = await Promise.all([
      signedContract(tx, contractId),
      isExternalIdTaken(tx, externalIdIn(labels)),
      tx.now(),
    ]);
    if (found === null) return unknownContract(contractId);
    const decided = contracts.decide(found, { type: 'LabelContract', labels, isTaken }, now);
    if (!decided.ok) {
      assert(isOfLabels(decided.rejection), 'labels are rejected for nothing else');
      return decided.rejection;
    }
    await contracts.record(tx, [decided.change]);
    return { __typename: 'ContractUpdated' as const, contractId };
  });
}

/** Nobody has signed a contract with this id. */
export function unknownContract(contractId: string) {
  return { reason: 'UnknownContract' as const, message: 'There is no such contract.', contractId };
}

/** A contract that exists; null where there is none. */
export async function signedContract(tx: TenantTx, contractId: string) {
  const loaded = await contracts.loadOne(tx, contractId);
  const { state } = loaded;
  return state.status === 'none' ? null : { ...loaded, state };
}

async function noticeAs(
  caller: Caller,
  input: GiveContractNoticeInput,
  { name, type }: Pick<GiveNotice, 'type'> & { readonly name: string },
) {
  const { contractId } = input;
  const asked = { name, input, access: 'backend', subject: contractId } as const;
  return command(caller, asked, async (tx) => {
    const found = await signedContract(tx, contractId);
    if (found === null) return unknownContract(contractId);
    const now = await tx.now();
    const decided = contracts.decide(found, { type, now }, now);
    if (!decided.ok) {
      const { rejection } = decided;
      const { reason } = rejection;
      assert(reason === 'ContractNotActive' || reason === 'NoticeTooLate', 'notice has no other rejection');
      return rejection;
    }
    await contracts.record(tx, [decided.change]);
    return { __typename: 'ContractNoticeTaken' as const, contractId };
  });
}

interface Ending {
  readonly at: Instant;
  readonly creditTo: 'balance' | null;
}

async function recordEnd(tx: TenantTx, change: ContractChange, ending: Ending): Promise<void> {
  const states = statesOf(change);
  const loaded = await coveredBy(tx, states.after);
  const asking = { ...ending, loaded, prices: new Map() };
  const answers = answersTo(asksOf(change.events, states, asking), asking);
  assert(answers.ok, 'an end is not rejected');
  await contracts.record(tx, [change]);
  await subscriptions.record(tx, answers.changes);
  const fee = feeMessage(change, loaded, ending);
  if (fee !== null) await publish(tx, [fee]);
}

/** What an end before the term is charged. */
function feeMessage(
  change: ContractChange,
  loaded: ReadonlyMap<string, LoadedSubscription>,
  { at, creditTo }: Ending,
) {
  const { after } = statesOf(change);
  const ended = change.events.find((event) => event.type === 'ContractTerminated');
  const fee = after.agreed.terminationFee;
  const chargeId = ended?.feeChargeId ?? null;
  if (chargeId === null || fee === null) return null;
  const line = { chargeId, key: 'early_termination', description: 'Early termination' };
  if (fee.kind === 'amount') return chargeMessage(after, { ...line, of: fee }, at);
  const rest = { at, until: termEnd(after), isGivenBack: creditTo !== null };
  const unbilled = [...loaded.values()].flatMap(({ state }) => {
    if (state.status === 'none') return [];
    const { whole, parts } = remainingPeriods(state, rest);
    if (whole === 0 && parts.length === 0) return [];
    return [{ terms: termsNow(state), whole, parts: parts.map((part) => ({ ...part })) }];
  });
  return chargeMessage(after, { ...line, of: { ...fee, subscriptions: unbilled } }, at);
}
