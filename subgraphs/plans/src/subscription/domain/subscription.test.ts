import { expect, test } from 'vitest';
import { instant, localDate, timeZone } from '@tollgate/kernel/time/time';
import {
  close,
  creation,
  decide,
  earlier,
  METER,
  NUL,
  OTHER,
  played,
  version,
} from '../../../test/subscription-story.js';
import { fold, initial, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';
import type { SubscriptionCommand } from './subscription.js';

const cancelling = (when: 'NOW' | 'PERIOD_END', now: string): SubscriptionCommand => ({
  type: 'CancelSubscription',
  when,
  creditTo: null,
  now: instant(now),
});
const closed = (events: readonly SubscriptionEvent[]) =>
  events.flatMap((event) =>
    event.type === 'SubscriptionBilled' && event.closes !== null ? [event.closes.to] : [],
  );
const days = (state: SubscriptionState) =>
  isOpen(state) ? [state.open.period.from.slice(0, 10), state.open.period.to.slice(0, 10)] : state.status;
const rejected = (command: SubscriptionCommand, state: SubscriptionState = initial) => {
  const decision = decide(command, state);
  return decision.ok ? 'accepted' : decision.rejection;
};

test('a subscription of before is read with its code as the external id, and its terms as they were', () => {
  const { creation: made, periods } = earlier;
  const { state } = { state: fold([made, ...periods]) };
  expect(state).toMatchObject({
    status: 'active',
    bills: 2,
    nextPaid: 2,
    contract: {
      externalId: 'crm-1',
      metadata: {},
      createdAt: null,
      trialDays: 0,
      version: { meterIds: [METER] },
    },
    open: { index: 1, paid: 1, cycle: { anchor: '2024-01-31', k: 1 } },
  });
  const next = decide(close(1), state);
  expect(next).toMatchObject({
    ok: true,
    events: [{ opens: { index: 2, period: { from: '2024-03-31T00:00:00.000Z' } } }],
  });
});

test('a start on the 31st clamps to the end of shorter months and comes back', () => {
  const leap = [creation(), close(0), close(1)];
  expect(days(played(...leap.slice(0, 1)).state)).toEqual(['2024-01-31', '2024-02-29']);
  expect(days(played(...leap.slice(0, 2)).state)).toEqual(['2024-02-29', '2024-03-31']);
  expect(days(played(...leap).state)).toEqual(['2024-03-31', '2024-04-30']);
  const common = creation({ now: instant('2023-01-31T12:00:00Z') });
  expect(days(played(common, close(0)).state)).toEqual(['2023-02-28', '2023-03-31']);
});

test('a yearly plan that starts on 29 February renews on the 28th, and on the 29th in leap years', () => {
  const yearly = creation({
    now: instant('2024-02-29T00:00:00Z'),
    version: { ...version, interval: { unit: 'year', count: 1 } },
  });
  expect(days(played(yearly).state)).toEqual(['2024-02-29', '2025-02-28']);
  expect(days(played(yearly, close(0), close(1), close(2), close(3)).state)).toEqual([
    '2028-02-29',
    '2029-02-28',
  ]);
});

test('periods begin at local midnight on both sides of a clock change', () => {
  const berlin = creation({
    customer: { id: `cus_${NUL}`, timeZone: timeZone('Europe/Berlin'), currency: 'USD' },
    startsOn: localDate('2024-03-15'),
    now: instant('2024-03-20T00:00:00Z'),
  });
  const { events } = played(berlin, close(0));
  expect(closed(events)).toEqual(['2024-04-14T22:00:00.000Z']);
});

test("today is the customer's day, not UTC's", () => {
  const auckland = creation({
    customer: { id: `cus_${NUL}`, timeZone: timeZone('Pacific/Auckland'), currency: 'USD' },
    now: instant('2024-01-31T12:00:00Z'),
  });
  const { events } = played(auckland);
  expect(events[0]).toMatchObject({ type: 'SubscriptionCreated', startsOn: '2024-02-01' });
});

test('a start on a later day waits for it, and starts once', () => {
  const later = creation({ startsOn: localDate('2024-02-10') });
  expect(played(later).state.status).toBe('scheduled');
  const { state, events } = played(later, { type: 'StartSubscription' }, { type: 'StartSubscription' });
  expect(days(state)).toEqual(['2024-02-10', '2024-03-10']);
  expect(events.map(({ type }) => type)).toEqual(['SubscriptionCreated', 'SubscriptionBilled']);
});

test('a start lies at most 366 days away', () => {
  expect(rejected(creation({ startsOn: localDate('2025-01-31') }))).toBe('accepted');
  expect(rejected(creation({ startsOn: localDate('2025-02-01') }))).toMatchObject({
    field: 'input.startsOn',
  });
  expect(rejected(creation({ startsOn: localDate('2023-01-29') }))).toMatchObject({
    field: 'input.startsOn',
  });
});

test('only prices of the chosen currency come along, and there must be one', () => {
  const [created] = played(creation({ currency: 'EUR' })).events;
  expect(
    created?.type === 'SubscriptionCreated' &&
      'version' in created && [created.currency, created.version.meterIds],
  ).toEqual(['EUR', [METER]]);
  expect(rejected(creation({ currency: 'JPY' }))).toMatchObject({
    reason: 'CurrencyNotPriced',
    currency: 'JPY',
  });
  expect(rejected(creation({ currency: 'euro' }))).toMatchObject({
    reason: 'InvalidInput',
    field: 'input.currency',
  });
});

test('a meter is billed by one subscription at a time', () => {
  const neighbour = (until: string | null) => [
    { subscriptionId: OTHER, usage: [METER], until: until === null ? null : instant(until) },
  ];
  expect(rejected(creation({ neighbours: neighbour(null) }))).toMatchObject({
    reason: 'MeterAlreadyPriced',
    meterId: METER,
    subscriptionId: OTHER,
  });
  expect(rejected(creation({ neighbours: neighbour('2024-02-05T00:00:00Z') }))).toMatchObject({
    reason: 'MeterAlreadyPriced',
  });
  expect(rejected(creation({ neighbours: neighbour('2024-01-31T00:00:00Z') }))).toBe('accepted');
  // What is over in the middle of a day leaves the rest of it to whoever comes next.
  expect(rejected(creation({ neighbours: neighbour('2024-01-31T12:00:00Z') }))).toBe('accepted');
});

test('cancelling now cuts the current period here and has no next', () => {
  const { state, events } = played(creation(), cancelling('NOW', '2024-02-10T10:00:00Z'));
  expect(state).toMatchObject({ status: 'ended', endedAt: '2024-02-10T10:00:00.000Z' });
  expect(events.at(-1)).toMatchObject({
    type: 'SubscriptionBilled',
    reason: 'cancel',
    closes: { to: '2024-02-10T10:00:00.000Z', ends: true },
    opens: null,
    over: 'ended',
  });
});

test('cancelling at period end lets the period run out and then ends', () => {
  const cancelled = played(creation(), cancelling('PERIOD_END', '2024-02-10T10:00:00Z'));
  expect(cancelled.state).toMatchObject({ status: 'cancelling', cancelAt: '2024-02-29T00:00:00.000Z' });
  const { state, events } = played(creation(), cancelling('PERIOD_END', '2024-02-10T10:00:00Z'), close(0));
  expect(state).toMatchObject({ status: 'ended', endedAt: '2024-02-29T00:00:00.000Z' });
  expect(events.at(-1)).toMatchObject({ type: 'SubscriptionBilled', opens: null, over: 'ended' });
});

test('cancelling at period end twice is once, and cancelling now afterwards is sooner', () => {
  const twice = played(
    creation(),
    cancelling('PERIOD_END', '2024-02-10T00:00:00Z'),
    cancelling('PERIOD_END', '2024-02-11T00:00:00Z'),
  );
  expect(twice.events).toHaveLength(3);
  expect(decide(cancelling('NOW', '2024-02-12T00:00:00Z'), twice.state)).toMatchObject({
    ok: true,
    events: [{ type: 'SubscriptionBilled', over: 'ended', at: '2024-02-12T00:00:00.000Z' }],
  });
});

test('a subscription that has not started is cancelled without a period', () => {
  const { state, events } = played(
    creation({ startsOn: localDate('2024-02-10') }),
    cancelling('PERIOD_END', '2024-02-01T00:00:00Z'),
  );
  expect(state).toMatchObject({ status: 'ended', lastIndex: null });
  expect(closed(events)).toEqual([]);
});

test('what has ended is not cancelled again, and late timers change nothing', () => {
  const { state } = played(creation(), cancelling('NOW', '2024-02-10T10:00:00Z'));
  expect(rejected(cancelling('NOW', '2024-02-11T00:00:00Z'), state)).toMatchObject({
    reason: 'AlreadyEnded',
  });
  expect(decide(close(0), state)).toEqual({ ok: true, events: [] });
});

test('a timer of another period than the current one changes nothing', () => {
  const { state } = played(creation(), close(0));
  expect(decide(close(0), state)).toEqual({ ok: true, events: [] });
  expect(decide(close(2), state)).toEqual({ ok: true, events: [] });
});
