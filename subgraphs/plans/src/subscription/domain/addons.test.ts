import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import type { Addon } from '../../catalogue/domain/addon.js';
import { close, creation, decide, played } from '../../../test/subscription-story.js';
import type { AddAddon, RemoveAddon } from './addons.js';
import { isOpen, type SubscriptionState } from './state.js';
import type { SubscriptionCommand } from './subscription.js';

const now = instant('2024-02-10T10:00:00Z');
const addon: Addon = {
  id: `add_${'0'.repeat(26)}`,
  code: 'support',
  name: 'Support',
  prices: [{ currency: 'USD', amount: decimal('50') }],
  createdAt: now,
};
const adding = (given: Partial<AddAddon> = {}): AddAddon => ({
  ...{ type: 'AddAddon', addon, quantity: '1', when: 'NOW', proration: null, now },
  ...given,
});
const removing = (given: Partial<RemoveAddon> = {}): RemoveAddon => ({
  ...{ type: 'RemoveAddon', addonId: addon.id, when: 'NOW', proration: null, now },
  ...given,
});
const held = (...commands: SubscriptionCommand[]) => addonsOf(played(creation(), ...commands).state);
const addonsOf = (state: SubscriptionState) =>
  isOpen(state) ? state.addons.map(({ quantity, waits }) => [quantity, waits]) : state.status;
const rejected = (command: SubscriptionCommand, ...before: SubscriptionCommand[]) => {
  const decision = decide(command, played(creation(), ...before).state);
  return decision.ok ? 'accepted' : decision.rejection.reason;
};

test('joining now charges the rest of the period, leaving now gives it back', () => {
  const joined = played(creation(), adding());
  expect(joined.events.at(-1)).toMatchObject({
    reason: 'addon',
    legs: { of: 'addon', key: 'support', charges: true },
  });
  const left = decide(removing(), joined.state);
  expect(left).toMatchObject({ ok: true, events: [{ legs: { charges: false }, addons: [] }] });
});

test('what waits comes to pass with the end of the period', () => {
  const waiting = adding({ when: 'PERIOD_END' });
  expect(held(waiting)).toEqual([['1', 'to_join']]);
  expect(held(waiting, close(0))).toEqual([['1', null]]);
  expect(held(adding(), removing({ when: 'PERIOD_END' }))).toEqual([['1', 'to_leave']]);
  expect(held(adding(), removing({ when: 'PERIOD_END' }), close(0))).toEqual([]);
  expect(held(adding({ proration: 'none' }))).toEqual([['1', 'to_join']]);
});

test('what waits is taken back, and dropped by a cancellation', () => {
  const waiting = adding({ when: 'PERIOD_END' });
  const cancelling = { type: 'CancelSubscription', when: 'PERIOD_END', creditTo: null, now } as const;
  expect(held(waiting, removing({ when: 'PERIOD_END' }))).toEqual([]);
  expect(held(adding(), removing({ when: 'PERIOD_END' }), adding())).toEqual([['1', null]]);
  expect(held(waiting, cancelling)).toEqual([]);
  expect(rejected(waiting, cancelling)).toBe('NotActive');
});

test('a trial has add-ons without a charge', () => {
  const { state, events } = played(creation({ trialDays: 30 }), adding());
  expect(events.at(-1)).toMatchObject({ type: 'AddonsChanged' });
  expect(addonsOf(state)).toEqual([['1', null]]);
});

test('one of each kind, in the currency of the subscription, of more than nothing', () => {
  expect(rejected(adding(), adding())).toBe('AddonAlreadyAdded');
  expect(rejected(adding({ quantity: '2' }), adding(), removing({ when: 'PERIOD_END' }))).toBe(
    'AddonAlreadyAdded',
  );
  expect(rejected(adding({ addon: { ...addon, prices: [] } }))).toBe('CurrencyNotPriced');
  expect(rejected(adding({ quantity: '0' }))).toBe('InvalidInput');
  expect(rejected(removing())).toBe('UnknownAddon');
});
