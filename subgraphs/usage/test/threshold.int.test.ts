import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DataOf } from '@tollgate/contracts/event';
import { subscriptionBilled, type Bill } from '@tollgate/contracts/plans/bill';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import type { usageProgressed } from '@tollgate/contracts/usage/progress';
import { decimal } from '@tollgate/kernel/number/decimal';
import { newId } from '@tollgate/runtime/base/new-id';
import { MAY, startBench, type Bench } from './harness.js';
import { startWorld, type World } from './world.js';

let bench: Bench;
let world: World;
let texts: string;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
  const input = {
    ...{ code: 'users', name: 'Users', eventType: 'llm.call', aggregation: 'UNIQUE_COUNT', property: 'user' },
  };
  const made = await bench.run<{ createMeter: { meter: { id: string } } }>(
    'mutation ($input: CreateMeterInput!) { createMeter(input: $input) { ... on MeterCreated { meter { id } } } }',
    { input },
  );
  texts = made.createMeter.meter.id;
});
afterAll(async () => {
  await bench.destroy();
});

type Progress = DataOf<typeof usageProgressed>;
type Terms = Bill['terms'];

/** A subscription of a plan that prices calls, tokens and users, with a threshold or without one. */
const subscribe = async (customerId: string, isBilledEarly: boolean): Promise<Terms> => {
  const [planId, planVersionId] = [newId('pln'), newId('plv')];
  const head = { planId, planVersionId, currency: 'USD' } as const;
  const calendar = { interval: { unit: 'month', count: 1 }, alignment: 'anniversary', grain: 'day' } as const;
  await bench.feed(planVersionPublished, planId, {
    ...{ planId, planVersionId, planCode: planId, planName: 'LLM', versionNumber: 1, trialDays: 0 },
    ...{ ...calendar, part: 0, parts: 1, minimums: [], entitlements: [], publishedAt: MAY.from },
    thresholds: isBilledEarly ? [{ currency: 'USD', amounts: [decimal('10')], recurringStep: null }] : [],
    prices: [world.calls, world.tokens, texts].map((meterId) => ({
      ...{ priceId: newId('prc'), key: meterId, currency: 'USD', description: 'Usage' },
      ...{ meterId: meterId as `mtr_${string}`, meterCode: meterId },
      price: {
        ...{ model: 'per_unit' as const, unitAmount: decimal('1'), conversion: null },
        ...{ includedUnits: decimal('0'), minimumAmount: null, maximumAmount: null },
      },
    })),
  });
  const terms = {
    ...{ ...head, subscriptionId: newId('sub'), customerId: customerId as Terms['customerId'] },
    ...{ timeZone: 'UTC', quantity: decimal('1'), overrides: [], since: 0, inline: null },
  };
  await tell(terms, { number: 0, reason: 'start', opens: true });
  return terms;
};

const tell = (terms: Terms, more: Pick<Bill, 'number' | 'reason' | 'opens'> & Partial<Bill>) =>
  bench
    .feed(subscriptionBilled, 'bill:0', {
      bills: [
        {
          ...{ at: MAY.from, terms, current: CURRENT, closes: null, legs: null, addons: [], credit: null },
          ...{ over: null, ...more },
        },
      ],
    })
    .then(() => bench.quiet());
const CURRENT = { index: 0, paid: 0, period: MAY, full: null };

const progressOf = async (subscriptionId: string): Promise<Progress[]> => {
  const rows = await bench.platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>(
      `SELECT envelope FROM {s}.outbox WHERE topic = 'tollgate.usage' ORDER BY xid, id`,
    ),
  );
  return rows
    .map((row) => JSON.parse(row.envelope) as { type: string; data: Progress })
    .filter(({ type, data }) => type === 'usage.progressed' && data.subscriptionId === subscriptionId)
    .map(({ data }) => data);
};

/** Where each meter stood after each step, by its id. */
const stepsOf = (told: readonly Progress[]) =>
  told.flatMap(({ meters, steps }) => {
    let last: Record<string, string> = {};
    return steps.map((step) => {
      const moved = step.flatMap((one) =>
        'meter' in one ? [[meters[one.meter]?.meterId ?? '', one.quantity]] : [],
      );
      last = { ...last, ...(Object.fromEntries(moved) as Record<string, string>) };
      return last;
    });
  });

test('each event that is accepted is one step, in one order, whoever reports it and however often', async () => {
  const customer = await bench.addCustomer();
  const { subscriptionId } = await subscribe(customer, true);
  const reports = Array.from({ length: 12 }, () =>
    Array.from({ length: 5 }, (_, i) =>
      world.event(customer, { properties: { tokens: 1, user: `u${i % 3}` } }),
    ),
  );
  // Everything is reported twice, at the same time.
  await Promise.all([...reports, ...reports].map((events) => bench.report(events)));
  const told = await progressOf(subscriptionId);
  let known = 0;
  for (const { told: before, steps } of told) {
    expect(before).toBe(known);
    known += steps.length;
  }
  expect(known).toBe(60);
  const steps = stepsOf(told);
  expect(steps.map((step) => step[world.tokens])).toEqual(steps.map((_, i) => `${i + 1}`));
  expect(steps.map((step) => step[world.calls])).toEqual(steps.map((_, i) => `${i + 1}`));
  expect(steps.at(-1)?.[texts]).toBe('3');
  await bench.report(reports[0] ?? []);
  expect(await progressOf(subscriptionId)).toHaveLength(told.length);
});

test('events before the stretch move what it begins with; those of a trial, or of nobody who is billed early, are not told', async () => {
  const [customer, other] = [await bench.addCustomer(), await bench.addCustomer()];
  const terms = await subscribe(customer, true);
  const { subscriptionId } = terms;
  await bench.report([world.event(customer, { properties: { tokens: 4, user: 'a' } })]);
  const [cut, at] = ['2024-05-10T00:00:00.000Z', '2024-05-10T00:00:00.000Z'];
  const closes = { ...CURRENT, from: MAY.from, to: cut, ends: false, terms: null };
  await tell(terms, { number: 1, reason: 'change', at, opens: false, closes });
  const late = { timestamp: '2024-05-12T00:00:00Z' };
  await bench.report([
    world.event(customer, { properties: { tokens: 2, user: 'b' } }),
    world.event(customer, { ...late, properties: { tokens: 3, user: 'c' } }),
  ]);
  const [, second, ...more] = await progressOf(subscriptionId);
  expect(more).toEqual([]);
  expect(second).toMatchObject({ bill: 1, from: cut, told: 0 });
  expect(second?.meters.find(({ meterId }) => meterId === world.tokens)?.from).toBe('6');
  expect(stepsOf(second === undefined ? [] : [second])).toMatchObject([
    { [world.tokens]: '9', [texts]: '3' },
  ]);

  const plain = await subscribe(other, false);
  await bench.report([world.event(other, { properties: { tokens: 1_000, user: 'a' } })]);
  expect(await progressOf(plain.subscriptionId)).toEqual([]);
  await tell(terms, { number: 2, reason: 'cancel', opens: false, current: null, over: 'ended', closes });
  await bench.report([world.event(customer, { ...late, properties: { tokens: 1, user: 'd' } })]);
  expect(await progressOf(subscriptionId)).toHaveLength(2);
});
