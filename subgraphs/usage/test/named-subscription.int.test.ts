import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionPeriodEnded, subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import { newId } from '@tollgate/runtime/base/new-id';
import { type Bench, MAY, startBench, termsOf } from './harness.js';
import { startWorld, type World } from './world.js';

let bench: Bench;
let world: World;
let rides: string;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
  const input = {
    ...{ code: 'rides', name: 'Rides', eventType: 'ride', aggregation: 'SUM', property: 'km' },
    subscriptionProperty: 'bike',
  };
  const made = await bench.run<{ createMeter: { meter: { id: string; subscriptionProperty: string } } }>(
    `mutation ($input: CreateMeterInput!) {
       createMeter(input: $input) { ... on MeterCreated { meter { id subscriptionProperty } } } }`,
    { input },
  );
  expect(made.createMeter.meter.subscriptionProperty).toBe('bike');
  rides = made.createMeter.meter.id;
});
afterAll(async () => {
  await bench.destroy();
});

const subscribe = async (customer: string, limit: string) => {
  const meterId = rides as `mtr_${string}`;
  const entitled: Entitlement[] = [{ kind: 'limit', feature: `f${limit}`, meterId, limit: limit as never }];
  const terms = termsOf(customer, [rides], entitled);
  await bench.feed(subscriptionStarted, terms.subscriptionId, { terms, startsOn: '2024-05-01', period: MAY });
  return terms;
};

const ride = (customer: string, bike: string | undefined, km: string) =>
  world.event(customer, { type: 'ride', properties: { km, ...(bike === undefined ? {} : { bike }) } });

test('events count for the subscription that they name, and for no other', async () => {
  const customer = await bench.addCustomer();
  const [one, two] = [await subscribe(customer, '10'), await subscribe(customer, '20')];
  const events = [
    ride(customer, one.subscriptionId, '4'),
    ride(customer, two.subscriptionId, '7'),
    ride(customer, two.subscriptionId, '1'),
  ];
  expect(await bench.report(events)).toMatchObject({ accepted: 3 });
  expect(await world.liveOf(customer)).toMatchObject({ rides: '12/3' });
  const used = async (feature: string) =>
    (
      await bench.run<{ entitlement: object }>(
        'query ($id: ID!, $feature: String!) { entitlement(customerId: $id, feature: $feature) { used remaining } }',
        { id: customer, feature },
      )
    ).entitlement;
  expect(await used('f10')).toEqual({ used: '4', remaining: '6' });
  expect(await used('f20')).toEqual({ used: '8', remaining: '12' });
  const closes = [one, two].map((terms) => ({ terms, period: MAY, index: 0, next: null }));
  await bench.feed(subscriptionPeriodEnded, 'close:rides', { closes });
  await bench.quiet();
  expect(await world.totalled(one.subscriptionId)).toMatchObject([
    { meters: [{ quantity: '4', events: 1 }] },
  ]);
  expect(await world.totalled(two.subscriptionId)).toMatchObject([
    { meters: [{ quantity: '8', events: 2 }] },
  ]);
  await bench.report([ride(customer, one.subscriptionId, '5')]);
  expect(await world.totalled(one.subscriptionId)).toMatchObject([
    { revision: 1 },
    { revision: 2, meters: [{ quantity: '9', events: 2 }] },
  ]);
  expect(await world.totalled(two.subscriptionId)).toHaveLength(1);
});

test('an event that names no subscription, or not one of its customer, is rejected', async () => {
  const [customer, other] = [await bench.addCustomer(), await bench.addCustomer()];
  const theirs = await subscribe(other, '10');
  const reported = await bench.report([
    ride(customer, theirs.subscriptionId, '1'),
    ride(customer, newId('sub'), '1'),
    ride(customer, 'red', '1'),
    ride(customer, undefined, '1'),
    ride(other, theirs.subscriptionId, '1'),
  ]);
  expect(reported.outcomes.map((one) => one.rejection?.code ?? one.status)).toEqual([
    'UNKNOWN_SUBSCRIPTION',
    'UNKNOWN_SUBSCRIPTION',
    'UNKNOWN_SUBSCRIPTION',
    'INVALID_PROPERTY',
    'ACCEPTED',
  ]);
});
