import fc from 'fast-check';
import { ClockWorker } from '@tollgate/runtime/timers/clock-worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHouse, type House } from './house.js';
import { DAY_MS, Story } from './preview-story.js';
import { previewOf, upcomingOf } from './previews.js';

const RUNS = 4;
const STEPS = 14;
const SLOW_MS = 300_000;

let house: House;
let clock: ClockWorker;

beforeAll(async () => {
  house = await startHouse();
  const { db, logger } = house.platform;
  clock = new ClockWorker({ db, logger, tell: async () => undefined });
  clock.start();
}, SLOW_MS);
afterAll(async () => {
  await clock.stop();
  await house.stop();
});

/** A step: what is previewed, as field and input, and the mutation that is the same. */
type Step =
  | { readonly kind: 'command'; readonly field: string; readonly mutation: string; readonly input: object }
  | { readonly kind: 'charge'; readonly when: string }
  | { readonly kind: 'coupon' }
  | { readonly kind: 'use'; readonly n: number }
  | { readonly kind: 'time'; readonly days: number };

const command = (field: string, mutation: string, input: fc.Arbitrary<object>): fc.Arbitrary<Step> =>
  input.map((one) => ({ kind: 'command' as const, field, mutation, input: one }));
const when = fc.constantFrom('NOW', 'PERIOD_END');
const unusedFees = fc.constantFrom('NONE', 'PRORATED');
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

const aChange = fc.record({
  plan: maybe(fc.constantFrom('small', 'large', 'weekly')),
  quantity: maybe(fc.constantFrom('0', '1', '2.5', '12')),
  when,
  proration: maybe(fc.constantFrom('DAY', 'SECOND', 'NONE')),
  cycle: maybe(fc.constantFrom('KEEP', 'RESTART')),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: command('change', 'changeSubscription', aChange) },
  { weight: 1, arbitrary: command('cancel', 'cancelSubscription', fc.record({ when, unusedFees })) },
  { weight: 1, arbitrary: command('uncancel', 'uncancelSubscription', fc.constant({})) },
  { weight: 2, arbitrary: command('pause', 'pauseSubscription', fc.record({ when, unusedFees })) },
  { weight: 2, arbitrary: command('resume', 'resumeSubscription', fc.constant({})) },
  {
    weight: 2,
    arbitrary: command('addAddon', 'addSubscriptionAddon', fc.record({ when, addon: fc.constant(true) })),
  },
  {
    weight: 1,
    arbitrary: command(
      'removeAddon',
      'removeSubscriptionAddon',
      fc.record({ when, addon: fc.constant(true) }),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'create',
      'createSubscription',
      fc.record({
        plan: fc.constantFrom('small', 'weekly'),
        days: fc.integer({ min: -60, max: 3 }),
        quantity: fc.constant('2'),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('NOW', 'NEXT_INVOICE').map((one) => ({ kind: 'charge' as const, when: one })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'coupon' as const }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 900 }).map((n) => ({ kind: 'use' as const, n })) },
  {
    weight: 4,
    arbitrary: fc.double({ min: 0.3, max: 12, noNaN: true }).map((days) => ({ kind: 'time' as const, days })),
  },
);

test(
  'a preview is what then happens, and leaves no trace',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
        const story = await Story.begin(house);
        await story.subscribe({ customerId: story.ids['customer'], planId: story.ids['small'] });
        for (const one of steps) await play(story, one);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  SLOW_MS,
);

async function play(story: Story, one: Step): Promise<void> {
  switch (one.kind) {
    case 'command':
      return playCommand(story, one);
    case 'time':
      return playTime(story, one.days);
    case 'use':
      return report(story, one.n);
    case 'coupon':
      await story.run('plans', 'applyCoupon', {
        couponId: story.ids['coupon'],
        subscriptionId: story.subscriptions.at(-1),
      });
      return;
    case 'charge':
      await story.run('invoices', 'createCharge', {
        customerId: story.ids['customer'],
        when: one.when,
        items: [{ key: 'work', amount: '12.34' }],
      });
  }
}

async function report(story: Story, n: number): Promise<void> {
  story.events += 1;
  const id = `event-${story.events}`;
  const timestamp = new Date(story.now).toISOString();
  const event = { id, customerId: story.ids['customer'], type: 'call', timestamp, properties: { n } };
  await story.run('usage', 'reportUsage', { events: [event] });
}

async function playCommand(story: Story, { field, mutation, input }: Extract<Step, { kind: 'command' }>) {
  const sent = inputOf(story, field, input);
  const [before, traces] = [await story.invoices(), await story.traces()];
  const preview = await previewOf(house, story.caller, ['previewSubscription', { [field]: sent }]);
  expect(await story.traces()).toEqual(traces);
  const type = field === 'create' ? await story.subscribe(sent) : await story.run('plans', mutation, sent);
  if (preview.__typename !== 'SubscriptionPreview') {
    expect(type).toBe(preview.__typename);
    return;
  }
  const made = (await story.invoices()).find(({ id }) => !before.some((known) => known.id === id));
  expect({ [field]: sent, ...comparable(preview.invoice) }).toEqual({
    [field]: sent,
    ...comparable(made ?? null),
  });
}

function inputOf(story: Story, field: string, input: object): object {
  const { plan, days, addon, ...rest_ } = input as { plan?: string; days?: number; addon?: boolean };
  const planId = plan === undefined ? {} : { planId: story.ids[plan] };
  const addonId = addon === undefined ? {} : { addonId: story.ids['addon'] };
  if (field !== 'create') return { subscriptionId: story.subscriptions[0], ...planId, ...addonId, ...rest_ };
  const startsOn = new Date(story.now + (days ?? 0) * DAY_MS).toISOString().slice(0, 10);
  return { customerId: story.ids['customer'], ...planId, startsOn, ...rest_ };
}

/** Goes on to where the first period ends, should that come sooner: what was said of it is what it makes. */
async function playTime(story: Story, days: number): Promise<void> {
  const traces = await story.traces();
  const ends = await Promise.all(story.subscriptions.map((id) => story.endOf(id)));
  const first = Math.min(...ends.map((end) => end ?? Infinity));
  if (first > story.now + days * DAY_MS) return story.advance(days);
  const [asked] = story.subscriptions.filter((_, index) => ends[index] === first);
  const before = await story.invoices();
  const upcoming = await upcomingOf(house, story.caller, asked ?? '');
  expect(await story.traces()).toEqual(traces);
  await story.advance((first - story.now) / DAY_MS);
  const made = (await story.invoices()).find(({ id }) => !before.some((known) => known.id === id));
  expect(comparable(upcoming)).toEqual(comparable(made ?? null));
}

/** Subscriptions that are only looked at have ids of their own. */
function comparable(invoice: object | null): object {
  if (invoice === null) return { invoice };
  return {
    invoice: JSON.parse(JSON.stringify({ ...invoice, id: undefined }).replaceAll(/sub_[0-9a-z]{26}/g, 'sub')),
  };
}
