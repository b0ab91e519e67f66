import { assert } from '@tollgate/kernel/assert';
import { rejectionAt } from '@tollgate/kernel/rejection-at';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { announce } from '../../catalogue/handlers/announce.js';
import { plansById } from '../../catalogue/store/plan.js';
import { lockCustomer } from '../../copies/customer.js';
import type { AmendContractInput } from '../../generated/graphql.js';
import { subscriptions } from '../../subscription/aggregate.js';
import type { ChangeRejection } from '../../subscription/domain/change.js';
import { planWanted, pricedBy, targetOf, type Target } from '../../subscription/handlers/change.js';
import { othersOf } from '../../subscription/handlers/life.js';
import { PRORATION } from '../../subscription/view.js';
import { contracts } from '../aggregate.js';
import type { AmendedMember, AmendRejection } from '../domain/amend.js';
import type { MemberDraft } from '../domain/members.js';
import type { SignedState } from '../domain/state.js';
import { amendedDraft } from '../input.js';
import { answersTo, asksOf, coveredBy, type LoadedSubscription, type SubscriptionChange } from './cover.js';
import { statesOf } from './pass.js';
import { membersIn } from './sign.js';
import { signedContract, unknownContract } from './end.js';

/** Agrees on something else from now on, with all that this changes of subscriptions; a link more of the chain. */
export async function amendContract(caller: Caller, input: AmendContractInput) {
  const { contractId } = input;
  const asked = { name: 'amendContract', input, access: 'backend', subject: contractId } as const;
  return command(caller, asked, async (tx) => {
    const unlocked = await signedContract(tx, contractId);
    if (unlocked === null) return unknownContract(contractId);
    await lockCustomer(tx, unlocked.state.customerId);
    const found = await signedContract(tx, contractId);
    assert(found !== null, 'what is signed stays');
    const now = await tx.now();
    const read = await partsOf(tx, input, found.state);
    if (!read.ok) return read.rejection;
    const { parts } = read;
    const ids = { commitmentId: newId('cmt'), chargeId: newId('chg') };
    const { joining, changing } = parts;
    const asking = { type: 'AmendContract', joining, changing, ...wishesOf(input, found.state) } as const;
    const decided = contracts.decide(found, { ...asking, ids, now }, now);
    if (!decided.ok) return ofAmending(decided.rejection);
    const changed = await changesOf(tx, parts, { proration: input.proration ?? null, now });
    if (!changed.ok) return changed.rejection;
    const { change } = decided;
    const loaded = new Map([...parts.loaded, ...changed.changes.map((one) => [one.id, one.after] as const)]);
    const context = { at: now, creditTo: null, loaded, prices: new Map() } as const;
    const answers = answersTo(asksOf(change.events, statesOf(change), context), context);
    if (!answers.ok) return answers.rejection;
    for (const { target } of changing) if (target !== null) await announce(tx, target, now);
    await contracts.record(tx, [change]);
    await subscriptions.record(tx, [...changed.changes, ...answers.changes]);
    return { __typename: 'ContractAmended' as const, contractId };
  });
}

type Changing = AmendedMember & { readonly target: Target | null };

interface Parts {
  readonly joining: readonly MemberDraft[];
  readonly changing: readonly Changing[];
  readonly loaded: ReadonlyMap<string, LoadedSubscription>;
}

async function partsOf(tx: TenantTx, input: AmendContractInput, state: SignedState) {
  const covered = await coveredBy(tx, state);
  const joining = await membersIn(tx, input.addSubscriptions ?? []);
  const inputs = input.subscriptions ?? [];
  const drafts = await membersIn(tx, inputs);
  const changing: Changing[] = [];
  for (const [index, draft] of drafts.drafts.entries()) {
    const { quantity = null, planId = null } = inputs[index] ?? {};
    const found = await onPlan(tx, draft, planId);
    if (!found.ok) return found;
    changing.push({ ...found.member, quantity });
  }
  const loaded = new Map([...covered, ...joining.loaded]);
  return { ok: true as const, parts: { joining: joining.drafts, changing, loaded } };
}

/** A subscription with the plan that it is to be on, against whose prices its rates are read. */
async function onPlan(tx: TenantTx, draft: MemberDraft, planId: string | null) {
  const { state } = draft;
  const stays = { ok: true as const, member: { ...draft, target: null, plans: null } };
  if (state.status === 'none' || planId === null) return stays;
  const wanted = await targetOf(tx, await planWanted(tx, planId), state);
  if (!wanted.ok || wanted.target === null) return wanted.ok ? stays : wanted;
  const { target } = wanted;
  const [before] = await plansById(tx, [state.contract.version.planId], null);
  const plans = { before: before?.name ?? state.contract.version.planId, after: target.plan.name };
  const priced = await pricedBy(tx, state.contract, target.version.prices);
  return { ok: true as const, member: { ...draft, priced, target, plans } };
}

interface Amending {
  readonly proration: AmendContractInput['proration'] | null;
  readonly now: Instant;
}

type Changed =
  | { readonly ok: true; readonly changes: SubscriptionChange[] }
  | { readonly ok: false; readonly rejection: ChangeRejection };

/** What changes of subscriptions now, by the rules by which they change without a contract. */
async function changesOf(
  tx: TenantTx,
  { changing, loaded }: Parts,
  { proration, now }: Amending,
): Promise<Changed> {
  const changes: SubscriptionChange[] = [];
  const how = { when: 'NOW', cycle: null, proration: proration ? PRORATION[proration] : null, now } as const;
  for (const [index, { subscriptionId, quantity, rates, priced, target }] of changing.entries()) {
    const found = loaded.get(subscriptionId);
    assert(found !== undefined && found.state.status !== 'none', 'what is covered is loaded');
    const neighbours = target === null ? [] : await othersOf(tx, found.state);
    const terms = { version: target?.version ?? null, quantity, overrides: rates, priced, neighbours };
    const decided = subscriptions.decide(found, { type: 'ChangeSubscription', ...terms, ...how }, now);
    if (!decided.ok) {
      const rejection = rejectionAt(`input.subscriptions[${index}]`, ofChanges(decided.rejection));
      return { ok: false, rejection };
    }
    changes.push(decided.change);
  }
  return { ok: true, changes };
}

function wishesOf(input: AmendContractInput, { agreed }: SignedState) {
  return {
    note: input.note ?? null,
    termMonths: input.termMonths ?? null,
    topUp: input.topUp ?? null,
    leaving: input.removeSubscriptions ?? [],
    agreed: amendedDraft(input, agreed),
  };
}

type OfSubscriptions = Extract<ReturnType<typeof subscriptions.decide>, { readonly ok: false }>['rejection'];

function ofChanges(rejection: OfSubscriptions): ChangeRejection {
  const { reason } = rejection;
  assert(
    reason === 'InvalidInput' ||
      reason === 'AlreadyEnded' ||
      reason === 'NotActive' ||
      reason === 'CurrencyNotPriced' ||
      reason === 'MeterAlreadyPriced',
    'other terms are rejected for nothing else',
  );
  return rejection;
}

type Rejected = Extract<ReturnType<typeof contracts.decide>, { readonly ok: false }>['rejection'];

function ofAmending(rejection: Rejected): AmendRejection {
  const { reason } = rejection;
  assert(
    reason !== 'ExternalIdTaken' && reason !== 'NoticeTooLate',
    'an amendment is rejected for nothing else',
  );
  return rejection;
}
