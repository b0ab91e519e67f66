import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionPeriodEnded, subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import { type Bench, MAY, startBench, termsOf } from './harness.js';
import { startWorld, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

interface Answer {
  readonly __typename: string;
  readonly field?: string;
  readonly meter: { readonly id: string };
}

const make = async (code: string, input: object) =>
  (
    await bench.run<{ createMeter: Answer }>(
      `mutation ($input: CreateMeterInput!) { createMeter(input: $input) {
         __typename ... on MeterCreated { meter { id } } ... on InvalidInput { field } } }`,
      { input: { code, name: code, eventType: code, property: 'n', ...input } },
    )
  ).createMeter;

const subscribe = async (customer: string, meterId: string) => {
  const terms = termsOf(customer, [meterId]);
  await bench.feed(subscriptionStarted, terms.subscriptionId, { terms, startsOn: '2024-05-01', period: MAY });
  await bench.quiet();
  return terms;
};

const happened = (customer: string, type: string, [timestamp, n, more]: readonly [string, string, object?]) =>
  world.event(customer, { type, timestamp, properties: { n, ...more } });

test('a level is spread over its time, goes on into the next period, and late changes are told again', async () => {
  const { meter } = await make('disk', { aggregation: 'WEIGHTED_SUM' });
  const customer = await bench.addCustomer();
  const terms = await subscribe(customer, meter.id);
  await bench.report([
    happened(customer, 'disk', ['2024-04-20T00:00:00Z', '31']),
    happened(customer, 'disk', ['2024-05-11T00:00:00Z', '31']),
  ]);
  expect(await world.usageOf(customer)).toMatchObject([{}, {}, { quantity: '52', events: '1' }]);
  // Up to now alone: 19.5 days of one, and 9.5 of the other.
  expect(await world.liveOf(customer)).toMatchObject({ disk: '29/1' });
  const closes = [{ terms, period: MAY, index: 0, next: null }];
  await bench.feed(subscriptionPeriodEnded, 'close:disk', { closes });
  await bench.quiet();
  expect(await world.totalled(terms.subscriptionId)).toMatchObject([{ meters: [{ quantity: '52' }] }]);
  await bench.report([happened(customer, 'disk', ['2024-04-30T00:00:00Z', '-31'])]);
  expect(await world.totalled(terms.subscriptionId)).toMatchObject([
    { revision: 1 },
    { revision: 2, meters: [{ quantity: '21' }] },
  ]);
});

test('windows are of the zone of the customer, groups are counted alone', async () => {
  const made = await make('kw', { aggregation: 'MAX', window: 'DAY', groupBy: ['site'] });
  const customer = await bench.addCustomer('Europe/Berlin');
  await subscribe(customer, made.meter.id);
  await bench.report([
    happened(customer, 'kw', ['2024-05-03T21:59:00Z', '5', { site: 'a' }]),
    happened(customer, 'kw', ['2024-05-03T22:01:00Z', '8', { site: 'a' }]),
    happened(customer, 'kw', ['2024-05-03T22:02:00Z', '7', { site: 'a' }]),
    happened(customer, 'kw', ['2024-05-03T22:03:00Z', '2', { site: 'b' }]),
  ]);
  const all = await world.usageOf(customer);
  expect(all.find(({ meter }) => meter.code === 'kw')).toMatchObject({ quantity: '15', events: '4' });
  expect(await world.liveOf(customer)).toMatchObject({ kw: '15/4' });
});

test.each([
  ['window', { aggregation: 'WEIGHTED_SUM', window: 'DAY' }],
  ['windowCombine', { aggregation: 'MAX', windowCombine: 'MAX' }],
  ['groupBy', { aggregation: 'MAX', groupBy: ['a', 'a'] }],
  ['groupBy', { aggregation: 'MAX', groupBy: [''] }],
  ['property', { aggregation: 'WEIGHTED_SUM', property: null }],
])('a meter whose %s makes no sense is rejected by that field', async (field, input) => {
  expect(await make('odd', input)).toMatchObject({ __typename: 'InvalidInput', field: `input.${field}` });
});
