import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change, Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { PlanPrice } from '../../catalogue/domain/price.js';
import { versionsById } from '../../catalogue/store/version.js';
import { subscriptions } from '../../subscription/aggregate.js';
import type {
  EndWithAgreement,
  FollowAgreement,
  LeaveAgreement,
} from '../../subscription/domain/agreement.js';
import type { CreditTo } from '../../subscription/domain/cancel.js';
import { overridesIn, type Override } from '../../subscription/domain/contract.js';
import { isOpen } from '../../subscription/domain/state.js';
import type { MadeState, SubscriptionEvent, SubscriptionState } from '../../subscription/domain/state.js';
import { escalatedPrices } from '../domain/escalation.js';
import type { ContractEvent, Member, SignedState } from '../domain/state.js';
import type { Escalator } from '../domain/terms.js';

export type LoadedSubscription = Loaded<SubscriptionState>;
export type SubscriptionChange = Change<SubscriptionState, SubscriptionEvent>;
type Asked = FollowAgreement | LeaveAgreement | EndWithAgreement;

/** What a contract asks of one subscription that it covers. */
export interface Ask {
  readonly subscriptionId: string;
  readonly command: Asked;
}

/** What it is decided on: what happens when, and where unused fees go at an end. */
export interface Asking {
  readonly at: Instant;
  readonly creditTo: CreditTo;
  readonly loaded: ReadonlyMap<string, LoadedSubscription>;
  /** Prices of the subscriptions' versions in their currencies; asked for where prices rise. */
  readonly prices: ReadonlyMap<string, readonly PlanPrice[]>;
}

/** What events of a contract ask of the subscriptions that it covers, in order. */
export function asksOf(
  events: readonly ContractEvent[],
  { before, after }: { readonly before: SignedState | null; readonly after: SignedState },
  asking: Asking,
): Ask[] {
  const isNew = (one: Member) =>
    !before?.members.some((known) => known.subscriptionId === one.subscriptionId);
  return events.flatMap((event): Ask[] => {
    switch (event.type) {
      case 'ContractSigned':
        return after.status === 'scheduled' ? joins(after, after.members, asking.at) : [];
      case 'ContractBegan':
        return covers(after, after.members, asking.at);
      case 'ContractAmended': {
        const added = after.members.filter(isNew);
        const joined =
          after.status === 'active' ? covers(after, added, asking.at) : joins(after, added, asking.at);
        return [...joined, ...leaves(before, after)];
      }
      case 'PricesEscalated':
        return rises(after, after.agreed.escalator, asking);
      case 'TermRenewed':
        return covers(after, after.members.map(unpriced), asking.at);
      case 'CommitmentMade':
        return covers(after, after.members.map(unpriced), asking.at);
      case 'ContractEnded':
      case 'ContractTerminated':
        return ends(after, asking);
      case 'ContractLabelled':
      case 'NoticeGiven':
      case 'NoticeWithdrawn':
      case 'RenewalAgreed':
      case 'CommitmentEndMoved':
        return [];
      default:
        return unreachable(event);
    }
  });
}

/** The changes that what is asked comes to; the first rejection instead, unless those that are over are left out. */
export function answersTo(
  asks: readonly Ask[],
  { at, loaded }: Pick<Asking, 'at' | 'loaded'>,
):
  | { readonly ok: true; readonly changes: SubscriptionChange[] }
  | { readonly ok: false; readonly rejection: Rejected } {
  const current = new Map(loaded);
  const changes: SubscriptionChange[] = [];
  for (const { subscriptionId, command } of asks) {
    const found = current.get(subscriptionId);
    assert(found !== undefined, 'what is covered is loaded');
    const decided = subscriptions.decide(found, command, at);
    if (!decided.ok) return { ok: false, rejection: ofAgreements(decided.rejection) };
    changes.push(decided.change);
    current.set(subscriptionId, decided.change.after);
  }
  return { ok: true, changes };
}

/** The subscriptions that a contract covers. */
export async function coveredBy(
  tx: TenantTx,
  { members }: Pick<SignedState, 'members'>,
): Promise<Map<string, LoadedSubscription>> {
  return subscriptions.load(
    tx,
    members.map(({ subscriptionId }) => subscriptionId),
  );
}

/** Prices of the versions that subscriptions are on, in their currencies, by subscription. */
export async function pricesOf(
  tx: TenantTx,
  loaded: ReadonlyMap<string, LoadedSubscription>,
): Promise<Map<string, readonly PlanPrice[]>> {
  const made = [...loaded.values()].flatMap(({ state }) => (state.status === 'none' ? [] : [state]));
  const ids = made.flatMap(({ contract: { version } }) =>
    version.inline === null ? [version.planVersionId] : [],
  );
  const versions = ids.length === 0 ? [] : await versionsById(tx, [...new Set(ids)]);
  const byId = new Map(versions.map((version) => [version.id, version.prices]));
  return new Map(
    made.map(({ contract: { subscriptionId, version, currency } }) => {
      const prices = version.inline?.prices ?? byId.get(version.planVersionId) ?? [];
      return [subscriptionId, prices.filter((price) => price.currency === currency)];
    }),
  );
}

type Decided = Extract<ReturnType<typeof subscriptions.decide>, { readonly ok: false }>['rejection'];
type Rejected = Extract<Decided, { readonly reason: (typeof OF_AGREEMENTS)[number] }>;
const OF_AGREEMENTS = ['AlreadyEnded', 'NotActive', 'UnderContract'] as const;

function ofAgreements(rejection: Decided): Rejected {
  const isOf = (one: Decided): one is Rejected => OF_AGREEMENTS.some((reason) => reason === one.reason);
  assert(isOf(rejection), 'agreements are rejected for nothing else');
  return rejection;
}

const unpriced = ({ subscriptionId }: Member): Member => ({ subscriptionId, rates: null });

/** It is bound from now on, and nothing else changes yet. */
function joins({ contractId: agreementId }: SignedState, members: readonly Member[], at: Instant): Ask[] {
  return members.map(({ subscriptionId }) => ({
    subscriptionId,
    command: { type: 'FollowAgreement', agreementId, alignTo: null, overrides: null, cutsUsage: false, at },
  }));
}

function covers(state: SignedState, members: readonly Member[], at: Instant): Ask[] {
  const { contractId: agreementId, coTerm, startsOn, agreed } = state;
  const cutsUsage = agreed.commitment !== null || state.commitments.length > 0;
  const alignTo = coTerm ? startsOn : null;
  return members.map(({ subscriptionId, rates: overrides }) => ({
    subscriptionId,
    command: { type: 'FollowAgreement', agreementId, alignTo, overrides, cutsUsage, at },
  }));
}

function leaves(before: SignedState | null, after: SignedState): Ask[] {
  const left = before?.members.filter(
    (one) => !after.members.some(({ subscriptionId }) => subscriptionId === one.subscriptionId),
  );
  return (left ?? []).map(({ subscriptionId }) => ({ subscriptionId, command: { type: 'LeaveAgreement' } }));
}

/** Those that run go on at higher prices. */
function rises(state: SignedState, escalator: Escalator | null, { at, loaded, prices }: Asking): Ask[] {
  assert(escalator !== null, 'prices rise where that is agreed');
  const members = state.members.flatMap(({ subscriptionId }): Member[] => {
    const found = loaded.get(subscriptionId)?.state;
    if (found === undefined || found.status === 'none') return [];
    const known = prices.get(subscriptionId) ?? [];
    return [{ subscriptionId, rates: escalatedPrices(escalator, known, overridesOf(found)) }];
  });
  return covers(state, members, at);
}

function overridesOf(state: MadeState): readonly Override[] {
  return overridesIn(state.contract, isOpen(state) ? state.open.paid : null);
}

function ends({ members }: SignedState, { at, creditTo }: Asking): Ask[] {
  return members.map(({ subscriptionId }) => ({
    subscriptionId,
    command: { type: 'EndWithAgreement', creditTo, at },
  }));
}
