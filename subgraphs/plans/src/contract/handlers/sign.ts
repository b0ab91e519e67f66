import { assert } from '@tollgate/kernel/assert';
import { externalIdIn } from '@tollgate/kernel/labels';
import { localDate } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { customerToKnow, lockCustomer } from '../../copies/customer.js';
import type { ContractSubscriptionInput, CreateContractInput } from '../../generated/graphql.js';
import { subscriptions } from '../../subscription/aggregate.js';
import { contracts } from '../aggregate.js';
import type { MemberDraft } from '../domain/members.js';
import type { SignRejection } from '../domain/sign.js';
import { isExternalIdTaken } from '../store.js';
import { agreedDraft } from '../input.js';
import { answersTo, asksOf, pricesOf, type LoadedSubscription } from './cover.js';
import { statesOf } from './pass.js';

/** Binds a customer by a contract over some of its subscriptions. */
export async function createContract(caller: Caller, input: CreateContractInput) {
  const { customerId } = input;
  const waitFor = [customerToKnow(customerId)];
  const asked = { name: 'createContract', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    const { externalId } = input;
    const [customer, now, isTaken] = await Promise.all([
      lockCustomer(tx, customerId),
      tx.now(),
      isExternalIdTaken(tx, externalIdIn({ externalId })),
    ]);
    if (customer === null)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const { drafts, loaded } = await membersIn(tx, input.subscriptions);
    const contractId = newId('ctr');
    const asked = { type: 'SignContract', contractId, customer, now, isTaken, ...wishesOf(input) } as const;
    const ids = { commitmentId: newId('cmt'), chargeId: newId('chg') };
    const decided = contracts.decide(contracts.fresh(contractId), { ...asked, members: drafts, ids }, now);
    if (!decided.ok) return ofSigning(decided.rejection);
    const { change } = decided;
    const asking = { at: now, creditTo: null, loaded, prices: new Map() } as const;
    const answers = answersTo(asksOf(change.events, statesOf(change), asking), asking);
    if (!answers.ok) return answers.rejection;
    await contracts.record(tx, [change]);
    await subscriptions.record(tx, answers.changes);
    return { __typename: 'ContractCreated' as const, contractId };
  });
}

/** Subscriptions that an input names, with what their prices are read against. */
export async function membersIn(
  tx: TenantTx,
  inputs: readonly Pick<ContractSubscriptionInput, 'subscriptionId' | 'rates'>[],
): Promise<{ readonly drafts: MemberDraft[]; readonly loaded: ReadonlyMap<string, LoadedSubscription> }> {
  const loaded = await subscriptions.load(tx, [
    ...new Set(inputs.map(({ subscriptionId }) => subscriptionId)),
  ]);
  const prices = inputs.some(({ rates }) => rates) ? await pricesOf(tx, loaded) : new Map();
  const drafts = inputs.map(({ subscriptionId, rates = null }): MemberDraft => {
    const found = loaded.get(subscriptionId);
    assert(found !== undefined, 'what is asked for is loaded, if only as nothing');
    return { subscriptionId, state: found.state, rates, priced: prices.get(subscriptionId) ?? [] };
  });
  return { drafts, loaded };
}

function wishesOf(input: CreateContractInput) {
  const { externalId, metadata, termMonths } = input;
  return {
    labels: { externalId, metadata },
    startsOn: input.startsOn ? localDate(input.startsOn) : null,
    ...{ termMonths, coTerm: input.coTerm ?? false },
    agreed: agreedDraft(input, { automatic: true, noticeDays: 0, renewalMonths: termMonths }),
  };
}

type Rejected = Extract<ReturnType<typeof contracts.decide>, { readonly ok: false }>['rejection'];

function ofSigning(rejection: Rejected): SignRejection {
  const { reason } = rejection;
  assert(reason !== 'ContractNotActive' && reason !== 'NoticeTooLate', 'what is new did not end yet');
  return rejection;
}
