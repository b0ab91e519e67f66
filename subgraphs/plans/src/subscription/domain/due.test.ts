import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { close, creation, played } from '../../../test/subscription-story.js';
import { jointlyDue, JOINT_SUBSCRIPTIONS_MAX } from './due.js';
import type { MadeState, SubscriptionState } from './state.js';

const MARCH = instant('2024-02-29T00:00:00Z');
const idOf = (n: number) => `sub_${String(n).padStart(26, '0')}` as const;
const made = (n: number, more: Partial<MadeState['contract']> = {}): SubscriptionState => {
  const { state } = played(creation());
  if (state.status === 'none') throw new Error('it was made');
  return { ...state, contract: { ...state.contract, subscriptionId: idOf(n), ...more } };
};
const joints = (states: readonly SubscriptionState[]) =>
  jointlyDue(states, MARCH).map(({ subscriptionId, command }) => [subscriptionId, command.joint]);

test('subscriptions of one customer and currency share an invoice, in the order in which they were made', () => {
  const others = { customerId: 'cus_00000000000000000000000009' as const };
  const states = [made(3), made(1), made(2, { currency: 'EUR' }), made(4, others)];
  expect(joints(states)).toEqual([
    [idOf(1), idOf(1)],
    [idOf(2), undefined],
    [idOf(3), idOf(1)],
    [idOf(4), undefined],
  ]);
});

test('what is not due then is left out', () => {
  const { state: later } = played(creation(), close(0));
  expect(joints([made(1), later, { status: 'none' }])).toEqual([[idOf(1), undefined]]);
});

test('very many share several invoices', () => {
  const states = Array.from({ length: JOINT_SUBSCRIPTIONS_MAX + 1 }, (_, n) => made(n));
  const names = joints(states).map(([, joint]) => joint);
  expect(new Set(names.slice(0, -1))).toEqual(new Set([idOf(0)]));
  expect(names.at(-1)).toBeUndefined();
});
