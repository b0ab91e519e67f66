import type { Rejection } from '@tollgate/kernel/decision';
import { invalid, type InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { readOverrides, type OverrideDraft, type Priced } from '../../subscription/domain/overrides.js';
import type { SubscriptionState } from '../../subscription/domain/state.js';
import type { Member } from './state.js';

/** A subscription that a contract is to cover, as a client names it and as it is. */
export interface MemberDraft {
  readonly subscriptionId: string;
  readonly state: SubscriptionState;
  /** Null = its prices stay as they are. */
  readonly rates: readonly OverrideDraft[] | null;
  /** What rates are read against: the prices of its version in its currency. */
  readonly priced: Priced;
}

export type UnknownSubscription = Rejection & {
  readonly reason: 'UnknownSubscription';
  readonly subscriptionId: string;
};

/** Most subscriptions of one contract: they are changed together, in one transaction. */
export const MEMBERS_MAX = 50;

/** Whose the subscriptions must be, and in which currency; null = the first one's. */
interface Party {
  readonly path: string;
  readonly customerId: string;
  readonly currency: Currency | null;
}

/** Whether these can be covered by one contract: of its customer, in one currency, each once. */
export function memberFault(
  drafts: readonly MemberDraft[],
  { path, customerId, currency }: Party,
): InvalidInput | UnknownSubscription | null {
  const seen = new Set<string>();
  let usual = currency;
  for (const [index, { subscriptionId, state }] of drafts.entries()) {
    const field = `${path}[${index}].subscriptionId`;
    if (state.status === 'none')
      return { reason: 'UnknownSubscription', message: 'There is no such subscription.', subscriptionId };
    const { contract } = state;
    if (contract.customerId !== customerId)
      return invalid(field, 'Give subscriptions of the customer that is bound.');
    usual ??= contract.currency;
    if (contract.currency !== usual) return invalid(field, `Give subscriptions that are billed in ${usual}.`);
    if (seen.has(subscriptionId)) return invalid(field, 'Give each subscription once.');
    seen.add(subscriptionId);
  }
  return null;
}

/** Reads the prices that are agreed for them. */
export function readMembers(fields: InputReader, path: string, drafts: readonly MemberDraft[]): Member[] {
  return drafts.flatMap(({ state, rates, priced }, index): Member[] => {
    if (state.status === 'none') return [];
    const { subscriptionId } = state.contract;
    const at = `${path}[${index}].rates`;
    const prices = { drafts: rates ?? [], prices: priced };
    return [{ subscriptionId, rates: rates === null ? null : readOverrides(fields, at, prices) }];
  });
}
