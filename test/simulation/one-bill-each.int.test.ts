import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMs, instant, startOfDate, dateOf, UTC, type Instant } from '@tollgate/kernel/time/time';
import { ClockWorker } from '@tollgate/runtime/timers/clock-worker';
import { backend } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { NOW, startBusiness, unique, type Business, type SubgraphName } from '../house/business.js';
import { expectedOf, type Interval, type Life } from './lives.js';

let business: Business;
let clock: ClockWorker;
let now = instant(NOW);
const plans: Record<'month' | 'week' | 'unmetered', string> = { month: '', week: '', unmetered: '' };
const METER = `m${unique()}`;
const HOUR_MS = 3_600_000;
/** Each event has a digit of its own in what is billed: how often it was is seen there. */
const BASE = 4n;

type Answer = Readonly<Record<string, { readonly id: string }>> & { readonly __typename: string };

const send = async (subgraph: SubgraphName, name: string, [input, made]: readonly [object, string]) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${made} ... on Rejection { message } } }`;
  const data = await business
    .on(subgraph)
    .ask<Record<string, Answer>>(backend(business.tenant), query, { input });
  const answer = data[name];
  if (answer === undefined || 'message' in answer) throw new Error(`${name}: ${JSON.stringify(answer)}`);
  return answer;
};

const made = async (
  subgraph: SubgraphName,
  name: string,
  [input, type, field]: readonly [object, string, string],
) => (await send(subgraph, name, [input, `... on ${type} { ${field} { id } }`]))[field]?.id ?? '';

beforeAll(async () => {
  business = await startBusiness();
  const { db, logger } = business.platform;
  clock = new ClockWorker({ db, logger, tell: async () => undefined });
  clock.start();
  const meter = { code: METER, name: 'Units', eventType: METER, aggregation: 'SUM', property: 'n' };
  const meterId = await made('usage', 'createMeter', [meter, 'MeterCreated', 'meter']);
  const use = { key: 'use', currency: 'USD', meterId, price: { perUnit: { unitAmount: '0' } } };
  const fee = { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '0' } } };
  const plan = (interval: string, prices: readonly object[]) =>
    made('plans', 'createPlan', [{ name: 'P', code: unique(), interval, prices }, 'PlanCreated', 'plan']);
  plans.month = await plan('MONTH', [use]);
  plans.week = await plan('WEEK', [use]);
  plans.unmetered = await plan('MONTH', [fee]);
});
afterAll(async () => {
  await clock.stop();
  await business.stop();
});

const advance = async (hours: number) => {
  now = addMs(now, hours * HOUR_MS);
  await send('tenancy', 'advanceTestClock', [{ to: now }, '']);
  await waitFor('the clock', async () => {
    const query = '{ testClock { now status waitsFor } }';
    const asked = await business
      .on('tenancy')
      .ask<{ testClock: { now: string; status: string; waitsFor: string } }>(backend(business.tenant), query);
    if (asked.testClock.status === 'STUCK') throw new Error(asked.testClock.waitsFor);
    return asked.testClock.now === now;
  });
};

/** What happens to one customer, and what is to come of it. */
class Story {
  readonly lives: Life[] = [];
  readonly events: Instant[] = [];
  #subscriptionId = '';
  readonly customerId: string;

  constructor(customerId: string) {
    this.customerId = customerId;
  }

  get #life(): Life | undefined {
    const last = this.lives.at(-1);
    return last === undefined || last.endedAt !== null ? undefined : last;
  }

  async take(step: Step): Promise<void> {
    const subscriptionId = this.#subscriptionId;
    const life = this.#life;
    if (step.do === 'advance') return advance(step.hours);
    if (step.do === 'use') return this.#use(step.hoursAgo);
    if (life === undefined) return step.do === 'plan' ? this.#subscribe(step.plan) : undefined;
    const paused = life.runs.at(-1)?.to !== null;
    if (step.do === 'plan') return this.#change(step.plan, life);
    if (step.do === 'cancel') {
      await send('plans', 'cancelSubscription', [{ subscriptionId, when: 'NOW' }, '']);
      end(life.claims, now);
      end(life.runs, now);
      life.endedAt = now;
    } else if (paused) {
      await send('plans', 'resumeSubscription', [{ subscriptionId }, '']);
      life.runs.push({ from: now, to: null });
    } else {
      await send('plans', 'pauseSubscription', [{ subscriptionId, when: 'NOW' }, '']);
      end(life.runs, now);
    }
  }

  async #change(plan: keyof typeof plans, life: Life): Promise<void> {
    if (life.runs.at(-1)?.to !== null) return;
    const input = { subscriptionId: this.#subscriptionId, planId: plans[plan] };
    await send('plans', 'changeSubscription', [input, '']);
    if (plan === 'unmetered') end(life.claims, now);
    else if (life.claims.at(-1)?.to !== null) life.claims.push({ from: now, to: null });
  }

  async #subscribe(plan: keyof typeof plans): Promise<void> {
    const input = { customerId: this.customerId, planId: plans[plan], currency: 'USD' };
    const id = await made('plans', 'createSubscription', [input, 'SubscriptionCreated', 'subscription']);
    this.#subscriptionId = id;
    // The first day is all of its first subscription that day that nobody else has billed.
    const from = startOfDate(dateOf(now, UTC), UTC);
    const claims = plan === 'unmetered' ? [] : [{ from, to: null }];
    this.lives.push({ claims, runs: [{ from, to: null }], endedAt: null });
  }

  async #use(hoursAgo: number): Promise<void> {
    const at = addMs(now, -hoursAgo * HOUR_MS);
    const n = String(BASE ** BigInt(this.events.length));
    this.events.push(at);
    const event = {
      id: unique(),
      type: METER,
      customerId: this.customerId,
      timestamp: at,
      properties: { n },
    };
    const reported = await send('usage', 'reportUsage', [
      { events: [event] },
      '... on UsageReported { accepted }',
    ]);
    expect(reported).toMatchObject({ accepted: 1 });
  }
}

function end(intervals: Interval[], at: Instant): void {
  const last = intervals.at(-1);
  if (last?.to === null) intervals[intervals.length - 1] = { ...last, to: at };
}

type Step =
  | { readonly do: 'advance'; readonly hours: number }
  | { readonly do: 'use'; readonly hoursAgo: number }
  | { readonly do: 'plan'; readonly plan: keyof typeof plans }
  | { readonly do: 'cancel' | 'pause' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('use' as const), hoursAgo: fc.integer({ min: 0, max: 500 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('use' as const), hoursAgo: fc.integer({ min: 0, max: 20 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('advance' as const), hours: fc.integer({ min: 1, max: 300 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('advance' as const), hours: fc.integer({ min: 1, max: 9 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('plan' as const),
        plan: fc.constantFrom('month' as const, 'week' as const, 'unmetered' as const),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'pause' as const) }) },
  ),
  { minLength: 10, maxLength: 24 },
);

/** A stretch without length, whose ends late usage moves: it kept all that came after it waiting for ever. */
const FOUND: Step[] = [
  { do: 'plan', plan: 'unmetered' },
  { do: 'advance', hours: 67 },
  { do: 'plan', plan: 'month' },
  { do: 'use', hoursAgo: 0 },
  { do: 'cancel' },
  { do: 'use', hoursAgo: 20 },
];

const RUNS = 8;

const billedOf = async (customerId: string): Promise<bigint> => {
  const query = `query ($id: ID) { invoices(customerId: $id, first: 200) { nodes { lines { kind quantity } } } }`;
  const data = await business
    .on('invoices')
    .ask<{ invoices: { nodes: { lines: { kind: string; quantity: string }[] }[] } }>(
      backend(business.tenant),
      query,
      { id: customerId },
    );
  return data.invoices.nodes
    .flatMap(({ lines }) => lines)
    .filter(({ kind }) => kind === 'USAGE' || kind === 'LATE')
    .reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
};

test('every event of a customer with a live subscription is in exactly one period', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const story = new Story(await business.customer());
      for (const step of [{ do: 'plan', plan: 'month' } as const, ...list]) await story.take(step);
      if (story.lives.at(-1)?.endedAt === null) await story.take({ do: 'cancel' });
      await advance(48);
      const expected = expectedOf(story.lives, story.events).reduce(
        (sum, times, digit) => sum + BigInt(times) * BASE ** BigInt(digit),
        0n,
      );
      const isBilled = async () => (await billedOf(story.customerId)) === expected;
      await waitFor('what is billed', isBilled).catch(async () =>
        expect((await billedOf(story.customerId)).toString(4)).toBe(expected.toString(4)),
      );
    }),
    { numRuns: RUNS, examples: [[FOUND]] },
  );
}, 240_000);
