import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ONE_DECIMAL, ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import { daysInMonth } from '@tollgate/kernel/time/calendar';
import {
  addMs,
  civilOf,
  dateOf,
  instant,
  localDate,
  timeZone,
  type Instant,
} from '@tollgate/kernel/time/time';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import type { PlanPrice } from '../../catalogue/domain/price.js';
import type { CreateSubscription } from './start.js';
import { fold, initial, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';
import { subscriptionDecider, type SubscriptionCommand } from './subscription.js';

const { decide } = subscriptionDecider;
const NUL = '0'.repeat(26);
const SUB = `sub_${NUL}` as const;
const OTHER = `sub_${'1'.repeat(26)}`;
const METER = `mtr_${NUL}` as const;
const usagePrice: PlanPrice = {
  priceId: `prc_${NUL}`,
  key: 'tokens',
  currency: 'USD',
  meterId: METER,
  meterCode: 'tokens',
  description: 'tokens',
  price: {
    model: 'per_unit',
    unitAmount: ONE_DECIMAL,
    includedUnits: ZERO_DECIMAL,
    conversion: null,
    minimumAmount: null,
    maximumAmount: null,
  },
};
const version: PlanVersion = {
  id: `plv_${NUL}`,
  planId: `pln_${NUL}`,
  number: 1,
  interval: { unit: 'month', count: 1 },
  alignment: 'anniversary',
  grain: 'day',
  prices: [usagePrice, { ...usagePrice, currency: 'EUR' }],
  entitlements: [],
  publishedAt: instant('2023-01-01T00:00:00Z'),
};
const creation = (changes: Partial<CreateSubscription> = {}): CreateSubscription => ({
  type: 'CreateSubscription',
  subscriptionId: SUB,
  customer: { id: `cus_${NUL}`, timeZone: timeZone('UTC'), currency: 'USD' },
  plan: { code: 'llm', name: 'LLM API' },
  version,
  code: null,
  isTaken: false,
  currency: null,
  quantity: '1',
  startsOn: null,
  neighbours: [],
  now: instant('2024-01-31T12:00:00Z'),
  ...changes,
});

const played = (
  ...commands: SubscriptionCommand[]
): { state: SubscriptionState; events: SubscriptionEvent[] } => {
  const events: SubscriptionEvent[] = [];
  for (const command of commands) {
    const decision = decide(command, fold(events));
    if (!decision.ok) throw new Error(decision.rejection.reason);
    events.push(...decision.events);
  }
  return { state: fold(events), events };
};
const cancelling = (when: 'NOW' | 'PERIOD_END', now: string): SubscriptionCommand => ({
  type: 'CancelSubscription',
  when,
  now: instant(now),
});
const close = (index: number): SubscriptionCommand => ({ type: 'ClosePeriod', index });
const closed = (events: readonly SubscriptionEvent[]) =>
  events.flatMap((event) =>
    event.type === 'PeriodClosed' ? [`${event.period.from} ${event.period.to}`] : [],
  );
const days = (state: SubscriptionState) =>
  isOpen(state) ? [state.period.from.slice(0, 10), state.period.to.slice(0, 10)] : state.status;
const rejected = (command: SubscriptionCommand, state: SubscriptionState = initial) => {
  const decision = decide(command, state);
  return decision.ok ? 'accepted' : decision.rejection;
};

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
  expect(closed(events)).toEqual(['2024-03-14T23:00:00.000Z 2024-04-14T22:00:00.000Z']);
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
  expect(events.map(({ type }) => type)).toEqual(['SubscriptionCreated', 'SubscriptionStarted']);
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
    created?.type === 'SubscriptionCreated' && created.terms.prices.map(({ currency }) => currency),
  ).toEqual(['EUR']);
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
    { subscriptionId: OTHER, meterIds: [METER], until: until === null ? null : instant(until) },
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
});

test('cancelling now cuts the current period here and has no next', () => {
  const { state, events } = played(creation(), cancelling('NOW', '2024-02-10T10:00:00Z'));
  expect(state).toMatchObject({ status: 'ended', endedAt: '2024-02-10T10:00:00.000Z' });
  expect(events.filter(({ type }) => type === 'PeriodClosed')).toEqual([
    {
      type: 'PeriodClosed',
      index: 0,
      period: { from: '2024-01-31T00:00:00.000Z', to: '2024-02-10T10:00:00.000Z' },
      next: null,
    },
  ]);
});

test('cancelling at period end lets the period run out and then ends', () => {
  const cancelled = played(creation(), cancelling('PERIOD_END', '2024-02-10T10:00:00Z'));
  expect(cancelled.state).toMatchObject({ status: 'cancelling', cancelAt: '2024-02-29T00:00:00.000Z' });
  const { state, events } = played(creation(), cancelling('PERIOD_END', '2024-02-10T10:00:00Z'), close(0));
  expect(state).toMatchObject({ status: 'ended', endedAt: '2024-02-29T00:00:00.000Z' });
  expect(events.at(-2)).toMatchObject({ type: 'PeriodClosed', next: null });
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
    events: [{ type: 'PeriodClosed' }, { type: 'SubscriptionEnded', endedAt: '2024-02-12T00:00:00.000Z' }],
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

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Pacific/Auckland',
  'Asia/Kathmandu',
  'Pacific/Apia',
];
const anySubscription = fc.record({
  zone: fc.constantFrom(...ZONES),
  day: fc.integer({ min: 1, max: 31 }),
  month: fc.constantFrom('01', '03', '05', '07', '08', '10', '12'),
  year: fc.integer({ min: 2019, max: 2026 }),
  unit: fc.constantFrom('month' as const, 'year' as const),
  count: fc.integer({ min: 1, max: 3 }),
});
type AnySubscription = typeof anySubscription extends fc.Arbitrary<infer T> ? T : never;
const started = ({ zone, day, month, year, unit, count }: AnySubscription) => {
  const date = `${year}-${month}-${String(day).padStart(2, '0')}`;
  return creation({
    customer: { id: `cus_${NUL}`, timeZone: timeZone(zone), currency: 'USD' },
    version: { ...version, interval: { unit, count } },
    startsOn: localDate(date),
    now: addMs(instant(`${date}T00:00:00Z`), DAY_MS),
  });
};
const DAY_MS = 86_400_000;

test('advancing in one step or in many gives the same periods', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(anySubscription, steps, (input, daysAhead) => {
      const creating = started(input);
      const end = daysAhead.reduce((at, ahead) => addMs(at, ahead * DAY_MS), creating.now);
      const inOne = played(creating, { type: 'CancelSubscription', when: 'NOW', now: end });
      let at: Instant = creating.now;
      let many = played(creating);
      for (const ahead of daysAhead) {
        at = addMs(at, ahead * DAY_MS);
        const commands: SubscriptionCommand[] = [];
        for (let state = many.state; isOpen(state) && state.period.to <= at;) {
          commands.push(close(state.index));
          state = played(creating, ...many.events.flatMap(replayed), ...commands).state;
        }
        many = played(creating, ...many.events.flatMap(replayed), ...commands);
      }
      const ending = played(creating, ...many.events.flatMap(replayed), {
        type: 'CancelSubscription',
        when: 'NOW',
        now: end,
      });
      expect(ending.events).toEqual(inOne.events);
    }),
    { numRuns: 60 },
  );
});

/** The command behind each close. */
const replayed = (event: SubscriptionEvent): SubscriptionCommand[] =>
  event.type === 'PeriodClosed' ? [close(event.index)] : [];

test('periods follow each other without gap or overlap, and never drift from the billing day', () => {
  fc.assert(
    fc.property(anySubscription, (input) => {
      const creating = started(input);
      const { events } = played(creating, ...Array.from({ length: 14 }, (_, index) => close(index)));
      const periods = events.flatMap((event) => (event.type === 'PeriodClosed' ? [event] : []));
      for (const [index, { period, next }] of periods.entries()) {
        expect(period.from < period.to).toBe(true);
        expect(next?.from).toBe(period.to);
        const { year, month, day } = civilOf(dateOf(period.from, timeZone(input.zone)));
        expect(day).toBe(Math.min(input.day, daysInMonth(year, month)));
        if (index > 0) expect(periods[index - 1]?.next).toEqual(period);
      }
    }),
    { numRuns: 60 },
  );
});
