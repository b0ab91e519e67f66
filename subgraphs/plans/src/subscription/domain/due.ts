import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { firstPeriod } from './periods.js';
import { isOpen, type SubscriptionState } from './state.js';
import type { DueCommand } from './subscription.js';

/** At most so many subscriptions are billed on one invoice; the next ones share another. */
export const JOINT_SUBSCRIPTIONS_MAX = 100;

/** A command that is due for a subscription. */
export interface DueFor {
  readonly subscriptionId: string;
  readonly command: DueCommand;
}

/** When a subscription does something by itself next; null where it never does. */
export function dueNext(state: SubscriptionState): Instant | null {
  if (state.status === 'scheduled') return firstPeriod(state.contract).period.from;
  return isOpen(state) ? state.open.period.to : null;
}

/** What a subscription does by itself at an instant; null where that is nothing. */
export function dueAt(state: SubscriptionState, at: Instant): DueCommand | null {
  if (state.status === 'scheduled')
    return firstPeriod(state.contract).period.from === at ? { type: 'StartSubscription' } : null;
  return isOpen(state) && state.open.period.to === at
    ? { type: 'ClosePeriod', index: state.open.index }
    : null;
}

/** What all these subscriptions do at an instant, in the order in which they were made: of one customer and currency jointly. */
export function jointlyDue(states: readonly SubscriptionState[], at: Instant): DueFor[] {
  const due = states.flatMap((state) => {
    const command = dueAt(state, at);
    return command === null || state.status === 'none' ? [] : [{ contract: state.contract, command }];
  });
  due.sort((a, b) => (a.contract.subscriptionId < b.contract.subscriptionId ? -1 : 1));
  const groups = new Map<string, Id<'sub'>[]>();
  for (const { contract } of due) {
    const { customerId, currency, subscriptionId } = contract;
    const name = `${customerId} ${currency}`;
    groups.set(name, [...(groups.get(name) ?? []), subscriptionId]);
  }
  const names = new Map([...groups.values()].flatMap(namesOf));
  return due.map(({ contract: { subscriptionId }, command }) => ({
    subscriptionId,
    command: { ...command, ...names.get(subscriptionId) },
  }));
}

/** Each subscription with the first one of those that it shares an invoice with; one alone shares none. */
function namesOf(ids: readonly Id<'sub'>[]): (readonly [Id<'sub'>, Pick<DueCommand, 'joint'>])[] {
  return ids.flatMap((id, place) => {
    const start = place - (place % JOINT_SUBSCRIPTIONS_MAX);
    const first = ids[start];
    const isAlone = ids.length - start === 1;
    return first === undefined || isAlone ? [] : [[id, { joint: first }] as const];
  });
}
