import { describe, expect, test } from 'vitest';
import { instant, localDate } from '@tollgate/kernel/time/time';
import {
  creation,
  decide,
  METER,
  OTHER,
  played,
  usagePrice,
  version,
} from '../../../test/subscription-story.js';
import type { ChangeSubscription } from './change.js';
import { overridesIn } from './contract.js';
import { isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';
import type { SubscriptionCommand } from './subscription.js';

const other = { ...version, id: `plv_${'1'.repeat(26)}`, planId: `pln_${'1'.repeat(26)}` } as const;
const yearly = { ...other, interval: { unit: 'year', count: 1 } } as const;
const fee = { ...usagePrice, key: 'base', meterId: null, meterCode: null };
const MIDDLE = instant('2024-02-10T10:00:00Z');
const END = '2024-02-29T00:00:00.000Z';

const changing = (given: Partial<ChangeSubscription>): ChangeSubscription => ({
  type: 'ChangeSubscription',
  ...{
    version: null,
    quantity: null,
    overrides: null,
    priced: [fee],
    when: 'NOW',
    proration: null,
    cycle: null,
  },
  ...{ neighbours: [], now: MIDDLE },
  ...given,
});
const cancelling = (now = MIDDLE): SubscriptionCommand => ({
  ...{ type: 'CancelSubscription', when: 'PERIOD_END', creditTo: null, now },
});
const pausing = (when: 'NOW' | 'PERIOD_END', now = MIDDLE): SubscriptionCommand => ({
  ...{ type: 'PauseSubscription', when, creditTo: 'balance', now },
});
const closing = (index: number): SubscriptionCommand => ({ type: 'ClosePeriod', index });
const last = (...commands: SubscriptionCommand[]) => played(creation(), ...commands).events.at(-1);
const rejected = (command: SubscriptionCommand, state: SubscriptionState) => {
  const decision = decide(command, state);
  return decision.ok ? 'accepted' : decision.rejection;
};
const opened = (event: SubscriptionEvent | undefined) =>
  event?.type === 'SubscriptionBilled' ? event.opens : null;

describe('a change now', () => {
  test('of the plan cuts a stretch, and its fees are given back and charged by the grain of the plan before', () => {
    expect(last(changing({ version: other }))).toMatchObject({
      type: 'SubscriptionBilled',
      reason: 'change',
      closes: { to: MIDDLE, ends: false },
      legs: { grain: 'day', of: 'fees' },
      opens: null,
    });
  });

  test('of a quantity alone bills no usage, and only fees that depend on it', () => {
    const event = last(changing({ quantity: '5' }));
    expect(event).toMatchObject({ closes: null, legs: { of: 'quantity' }, change: { quantity: '5' } });
  });

  test('without proration has no legs, and cuts the stretch all the same', () => {
    const event = last(changing({ version: other, proration: 'none' }));
    expect(event).toMatchObject({ legs: null, closes: { ends: false } });
  });

  test('to another interval starts a cycle of its own at that instant', () => {
    const event = last(changing({ version: yearly }));
    expect(event).toMatchObject({ closes: { to: MIDDLE, ends: true }, legs: { of: 'all' } });
    expect(opened(event)).toMatchObject({
      index: 1,
      paid: 1,
      period: { from: MIDDLE, to: '2025-02-10T00:00:00.000Z' },
      cycle: { anchor: '2024-02-10', k: 0 },
    });
    const keeping = changing({ version: yearly, cycle: 'keep' });
    expect(rejected(keeping, played(creation()).state)).toMatchObject({ field: 'input.cycle' });
  });

  test('in a trial bills nothing and moves no end', () => {
    const trial = creation({ trialDays: 14 });
    const { state, events } = played(
      trial,
      changing({ version: yearly, now: instant('2024-02-03T00:00:00Z') }),
    );
    expect(events.at(-1)).toMatchObject({ closes: null, legs: null, opens: null });
    expect(isOpen(state) && state.open.period.to).toBe('2024-02-14T00:00:00.000Z');
    const ended = decide(closing(0), state);
    expect(ended).toMatchObject({
      ok: true,
      events: [{ closes: null, opens: { paid: 0, period: { from: '2024-02-14T00:00:00.000Z' } } }],
    });
  });
});

describe('a change that waits', () => {
  const waiting = changing({ version: other, when: 'PERIOD_END' });

  test('comes with the next period, and others hear of it then', () => {
    const { events } = played(creation(), waiting, closing(0));
    expect(events.at(-2)).toMatchObject({ type: 'ChangeScheduled' });
    expect(events.at(-1)).toMatchObject({ change: { version: { planId: other.planId } }, legs: null });
  });

  test.each<[string, SubscriptionCommand]>([
    ['a change now', changing({ quantity: '2' })],
    ['a cancellation', cancelling()],
  ])('is dropped by %s', (_name, command) => {
    const { state } = played(creation(), waiting, command);
    expect(isOpen(state) && state.waiting.change).toBeNull();
  });

  test('is not for a subscription that is about to end', () => {
    const { state } = played(creation(), cancelling());
    expect(rejected(waiting, state)).toMatchObject({ reason: 'NotActive' });
    expect(rejected(changing({ version: yearly }), state)).toMatchObject({ reason: 'NotActive' });
    expect(rejected(changing({ version: other }), state)).toBe('accepted');
  });
});

test('other terms are rejected for what they lack', () => {
  const { state } = played(creation());
  const neighbours = [{ subscriptionId: OTHER, usage: [METER], until: null }];
  expect(rejected(changing({}), state)).toMatchObject({ field: 'input' });
  expect(rejected(changing({ quantity: '-1' }), state)).toMatchObject({ field: 'input.quantity' });
  expect(rejected(changing({ version: { ...other, prices: [] } }), state)).toMatchObject({
    reason: 'CurrencyNotPriced',
  });
  expect(rejected(changing({ version: other, neighbours }), state)).toMatchObject({
    reason: 'MeterAlreadyPriced',
  });
  const overrides = [{ key: 'none', price: { flat: { flatAmount: '1' } } }];
  expect(rejected(changing({ overrides }), state)).toMatchObject({ field: 'input.overrides[0].key' });
});

describe('a pause', () => {
  test('now cuts the period, gives back what is unused and has no period; going on opens one', () => {
    const { state, events } = played(creation(), pausing('NOW'));
    expect(events.at(-1)).toMatchObject({
      closes: { to: MIDDLE, ends: true },
      credit: { grain: 'day', to: 'balance' },
      over: 'paused',
    });
    expect(state.status).toBe('paused');
    const resumed = decide({ type: 'ResumeSubscription', now: instant('2024-03-05T12:00:00Z') }, state);
    expect(resumed).toMatchObject({
      ok: true,
      events: [
        { reason: 'resume', opens: { index: 1, paid: 1, period: { from: '2024-03-05T12:00:00.000Z' } } },
      ],
    });
  });

  test('at the end of the period waits, and is taken back by going on', () => {
    const { state } = played(creation(), pausing('PERIOD_END'));
    expect(state.status).toBe('active');
    expect(decide(closing(0), state)).toMatchObject({
      ok: true,
      events: [{ over: 'paused', opens: null, at: END }],
    });
    const taken = played(creation(), pausing('PERIOD_END'), { type: 'ResumeSubscription', now: MIDDLE });
    expect(decide(closing(0), taken.state)).toMatchObject({ ok: true, events: [{ over: null }] });
  });

  test('is not for a trial now, nor for what is about to end or does not run', () => {
    const trial = played(creation({ trialDays: 30 })).state;
    expect(rejected(pausing('NOW'), trial)).toMatchObject({ reason: 'NotActive' });
    expect(rejected(pausing('PERIOD_END'), trial)).toBe('accepted');
    expect(rejected(pausing('NOW'), played(creation(), cancelling()).state)).toMatchObject({
      reason: 'NotActive',
    });
    const scheduled = played(creation({ startsOn: localDate('2024-03-01') })).state;
    expect(rejected(pausing('NOW'), scheduled)).toMatchObject({ reason: 'NotActive' });
    expect(rejected({ type: 'ResumeSubscription', now: MIDDLE }, scheduled)).toMatchObject({
      reason: 'NotPaused',
    });
  });
});

test('a cancellation is taken back while it waits, unless somebody else bills a meter by now', () => {
  const { state } = played(creation(), cancelling());
  const uncancel = { type: 'UncancelSubscription', neighbours: [], now: MIDDLE } as const;
  expect(decide(uncancel, state)).toMatchObject({ ok: true, events: [{ type: 'CancellationWithdrawn' }] });
  const neighbours = [{ subscriptionId: OTHER, usage: [METER], until: null }];
  expect(rejected({ ...uncancel, neighbours }, state)).toMatchObject({ reason: 'MeterAlreadyPriced' });
  expect(rejected(uncancel, played(creation()).state)).toMatchObject({ reason: 'NotCancelling' });
});

test('phases hold one after the other, counted in paid periods; what they do not name is as agreed', () => {
  const flat = (amount: string) => ({ key: 'base', price: { flat: { flatAmount: amount } } });
  const priced = { ...version, prices: [fee, usagePrice] };
  const phases = [
    { periods: 2, overrides: [flat('5')] },
    { periods: 1, overrides: [flat('7')] },
  ];
  const { state } = played(creation({ version: priced, phases, overrides: [flat('9')] }));
  if (state.status === 'none') throw new Error('it is made');
  const amounts = [0, 1, 2, 3].map((paid) => overridesIn(state.contract, paid)[0]?.price);
  expect(amounts).toMatchObject([
    { flatAmount: '5' },
    { flatAmount: '5' },
    { flatAmount: '7' },
    { flatAmount: '9' },
  ]);
});

test('a day of the month cuts months; other plans have none', () => {
  const { state } = played(creation({ anchorDay: 15 }));
  expect(isOpen(state) && [state.open.period.to, state.open.full?.from]).toEqual([
    '2024-02-15T00:00:00.000Z',
    '2024-01-15T00:00:00.000Z',
  ]);
  expect(
    rejected(creation({ anchorDay: 15, version: { ...version, interval: yearly.interval } }), {
      status: 'none',
    }),
  ).toMatchObject({
    field: 'input.anchorDay',
  });
});
