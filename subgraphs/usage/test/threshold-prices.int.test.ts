import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DataOf } from '@tollgate/contracts/event';
import { subscriptionBilled, type Bill } from '@tollgate/contracts/plans/bill';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import type { usageProgressed } from '@tollgate/contracts/usage/progress';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { newId } from '@tollgate/runtime/base/new-id';
import { MAY, startBench, type Bench } from './harness.js';
import { startWorld, type World } from './world.js';

let bench: Bench;
let world: World;
let payments: string;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
  const input = {
    ...{ code: 'payments', name: 'Payments', eventType: 'llm.call', aggregation: 'SUM' },
    ...{ property: 'amount', groupBy: ['region'] },
  };
  const made = await bench.run<{ createMeter: { meter: { id: string } } }>(
    'mutation ($input: CreateMeterInput!) { createMeter(input: $input) { ... on MeterCreated { meter { id } } } }',
    { input },
  );
  payments = made.createMeter.meter.id;
});
afterAll(async () => {
  await bench.destroy();
});

type Progress = DataOf<typeof usageProgressed>;
type Terms = Bill['terms'];

const free = { minimumAmount: null, maximumAmount: null };
const one = (text: string) => decimal(text);
const percentage: Price = {
  ...{ model: 'percentage', ratePercent: one('10'), fixedPerEvent: one('0.5'), freeEvents: 3 },
  ...{ freeAmount: one('25'), minPerEvent: null, maxPerEvent: one('4'), ...free },
};
const matrix: Price = {
  ...{ model: 'matrix', defaultUnitAmount: one('1'), ...free },
  rows: [{ match: { region: 'us' }, unitAmount: one('0.2') }],
};
const committed = (window: 'day' | 'period'): Price => ({
  ...{ model: 'commitment', committedQuantity: one('9'), window, unitAmount: one('0.3') },
  ...{ overageFactor: one('2'), trueUp: true, minimumAmount: null, maximumAmount: one('40') },
});
const perUnit: Price = {
  ...{ model: 'per_unit', unitAmount: one('1'), conversion: null, includedUnits: one('0'), ...free },
};
const CALENDAR = { interval: { unit: 'month', count: 1 }, alignment: 'anniversary', grain: 'day' } as const;

/** A subscription of a plan with a threshold that has these prices. */
const subscribe = async (
  customerId: string,
  prices: readonly { readonly meterId: string; readonly price: Price; readonly region?: string }[],
): Promise<Terms> => {
  const [planId, planVersionId] = [newId('pln'), newId('plv')];
  const ids = prices.map(() => newId('prc')).sort();
  await bench.feed(planVersionPublished, planId, {
    ...{ planId, planVersionId, planCode: planId, planName: 'Pay', versionNumber: 1, trialDays: 0 },
    ...{ ...CALENDAR, part: 0, parts: 1, minimums: [], entitlements: [], publishedAt: MAY.from },
    thresholds: [{ currency: 'USD', amounts: [one('10')], recurringStep: null }],
    prices: prices.map(({ meterId, price, region }, i) => ({
      ...{
        priceId: ids[i] ?? newId('prc'),
        key: `p${i}`,
        currency: 'USD' as const,
        description: 'Usage',
        price,
      },
      ...{ meterId: meterId as `mtr_${string}`, meterCode: meterId },
      ...(region !== undefined && { filter: [{ name: 'region', value: region }] }),
    })),
  });
  const terms: Terms = {
    ...{ planId, planVersionId, currency: 'USD', subscriptionId: newId('sub') },
    ...{ customerId: customerId as Terms['customerId'], timeZone: 'UTC', quantity: one('1') },
    ...{ overrides: [], since: 0, inline: null },
  };
  await tell(terms, { number: 0, reason: 'start', opens: true });
  return terms;
};

const CURRENT = { index: 0, paid: 0, period: MAY, full: null };
const tell = async (terms: Terms, more: Pick<Bill, 'number' | 'reason' | 'opens'> & Partial<Bill>) => {
  const bill = { at: MAY.from, terms, current: CURRENT, closes: null, legs: null, addons: [], credit: null };
  await bench.feed(subscriptionBilled, 'bill:0', { bills: [{ ...bill, over: null, ...more }] });
  await bench.quiet();
};
/** Closes the period from there on; what usage says of it. */
const closed = async (terms: Terms, number: number, from = MAY.from) => {
  const closes = { ...CURRENT, from, to: MAY.to, ends: true, terms: null };
  const more = { current: null, over: 'ended' as const, at: MAY.to };
  await tell(terms, { number, reason: 'cancel', opens: false, closes, ...more });
  const [total] = await world.totalled(terms.subscriptionId);
  return total;
};

const told = async (subscriptionId: string): Promise<Progress[]> => {
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

/** What each price came to after each step, in the order of the plan. */
const amountsOf = (all: readonly Progress[]) =>
  all.flatMap(({ prices = [], steps }) => {
    const last = new Map<string, string | null>();
    return steps.map((step) => {
      for (const moved of step)
        if ('price' in moved) last.set(prices[moved.price]?.priceId ?? '', moved.to.amount);
      return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, amount]) => amount);
    });
  });

const pay = (customer: string, day: number, { amount = 0, tokens = 0, region = 'us' }) =>
  world.event(customer, {
    timestamp: `2024-05-0${day}T12:00:00Z`,
    properties: { amount, tokens, region },
  });

test('after each event all prices stand where a bill would have them, whatever the order of events', async () => {
  const customer = await bench.addCustomer();
  const terms = await subscribe(customer, [
    { meterId: payments, price: percentage },
    { meterId: world.tokens, price: committed('day') },
    { meterId: world.calls, price: committed('period') },
  ]);
  const { subscriptionId } = terms;
  await bench.report([
    pay(customer, 3, { amount: 20, tokens: 8 }),
    pay(customer, 2, { amount: 30, tokens: 4 }),
  ]);
  await bench.report([
    pay(customer, 1, { amount: 10, tokens: 30 }),
    pay(customer, 3, { amount: 99, tokens: 7 }),
  ]);
  const steps = amountsOf(await told(subscriptionId));
  expect(steps).toEqual([
    // 20 are free; then 30 of the day before: 25 free, the rest costs; with 10 before both 10 and 15 are, and nothing of the third.
    ['0', '2.4', '0.3'],
    ['3.5', '3.6', '0.6'],
    ['4.5', '18.9', '0.9'],
    ['8.5', '22.8', '1.2'],
  ]);
  const total = await closed(terms, 1);
  const prices = [...(total?.prices ?? [])].sort((a, b) => (a.priceId < b.priceId ? -1 : 1));
  const [events, days, period] = prices;
  expect(events?.to.amount).toBe('8.5');
  expect(days?.to.parts).toEqual([
    { part: 'committed', quantity: '22', amount: '6.6' },
    { part: 'overage', quantity: '27', amount: '16.2' },
    { part: 'shortfall', quantity: '257', amount: '17.2' },
  ]);
  expect(period?.to.parts).toMatchObject([{ quantity: '4' }, { quantity: '0' }, { quantity: '5' }]);
});

test('prices by dimensions and filters are told, and where they stood at the begin of a stretch', async () => {
  const customer = await bench.addCustomer();
  const terms = await subscribe(customer, [
    { meterId: payments, price: matrix },
    { meterId: world.tokens, price: perUnit },
  ]);
  await bench.report([pay(customer, 1, { amount: 10, tokens: 1, region: 'us' })]);
  const cut = '2024-05-02T00:00:00.000Z';
  const closes = { ...CURRENT, from: MAY.from, to: cut, ends: false, terms: null };
  await tell(terms, { number: 1, reason: 'change', at: cut, opens: false, closes });
  await bench.report([
    pay(customer, 1, { amount: 5, region: 'eu' }),
    pay(customer, 3, { amount: 7, tokens: 2, region: 'eu' }),
  ]);
  const [before, after] = await told(terms.subscriptionId);
  expect(before?.meters).toHaveLength(1);
  expect(amountsOf(before === undefined ? [] : [before])).toEqual([['2']]);
  expect(after?.prices?.[0]?.from).toEqual({ quantity: '15', events: 2, amount: '7' });
  expect(amountsOf(after === undefined ? [] : [after])).toEqual([['14']]);

  const filtered = await bench.addCustomer();
  const { subscriptionId } = await subscribe(filtered, [
    { meterId: payments, price: perUnit, region: 'us' },
    { meterId: payments, price: { model: 'dynamic', multiplier: one('2'), ...free }, region: 'eu' },
  ]);
  await bench.report([
    pay(filtered, 1, { amount: 4, region: 'us' }),
    pay(filtered, 1, { amount: 5, region: 'eu' }),
  ]);
  const [progress] = await told(subscriptionId);
  expect(progress?.meters).toEqual([]);
  expect(progress?.steps.at(-1)).toEqual([{ price: 1, to: { quantity: '5', events: 1, amount: '10' } }]);
});
