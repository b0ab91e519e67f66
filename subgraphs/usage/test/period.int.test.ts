import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { waitFor } from '@tollgate/testing/waiting';
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

test('500 subscriptions close in one message, with their totals', async () => {
  const customer = await bench.addCustomer();
  await bench.report([
    world.event(customer),
    world.event(customer, { timestamp: '2024-04-30T23:59:59.999999Z' }),
  ]);
  const closes = Array.from({ length: 500 }, () => ({
    terms: termsOf(customer, [world.calls, world.tokens]),
    period: MAY,
    index: 0,
    next: null,
  }));
  await bench.feed(subscriptionPeriodEnded, 'close:2024-06-01', { closes });
  await bench.quiet();
  const last = closes[499];
  expect(last).toBeDefined();
  const totals = await world.totalled(last?.terms.subscriptionId ?? '');
  expect(totals).toEqual([
    {
      subscriptionId: last?.terms.subscriptionId,
      customerId: customer,
      key: `${bench.tenant.id}:period-totals`,
      number: 1,
      revision: 1,
      bill: expect.objectContaining({ number: 1, opens: false }),
      meters: [
        { meterId: world.calls, quantity: '1', events: 1 },
        { meterId: world.tokens, quantity: '7', events: 1 },
      ].sort((a, b) => (a.meterId < b.meterId ? -1 : 1)),
    },
  ]);
});

test('usage after the close is told with the next revision, usage elsewhere is not', async () => {
  const customer = await bench.addCustomer();
  const terms = await world.subscribe(customer);
  await bench.report([world.event(customer)]);
  await bench.feed(subscriptionPeriodEnded, 'close:late', {
    closes: [{ terms, period: MAY, index: 0, next: null }],
  });
  await bench.quiet();
  await bench.report([world.event(customer, { timestamp: '2024-04-30T23:59:59Z' })]);
  await bench.quiet();
  expect(await world.totalled(terms.subscriptionId)).toHaveLength(1);
  await bench.report([world.event(customer, { timestamp: '2024-05-01T00:00:00Z' })]);
  await waitFor('the second revision', async () => (await world.totalled(terms.subscriptionId)).length === 2);
  const [, second] = await world.totalled(terms.subscriptionId);
  expect(second).toMatchObject({ revision: 2, key: `${bench.tenant.id}:period-totals` });
  expect(second.meters.find((meter: { meterId: string }) => meter.meterId === world.tokens)).toMatchObject({
    quantity: '14',
    events: 2,
  });
});

test('of two subscriptions that cover an instant the older one bills it, even if its end is heard of later', async () => {
  const customer = await bench.addCustomer();
  const older = await world.subscribe(customer);
  await bench.report([
    world.event(customer, { timestamp: '2024-05-09T23:59:59.999999Z' }),
    world.event(customer, { timestamp: '2024-05-10T00:00:00Z', properties: { tokens: 100 } }),
  ]);
  await waitFor('a later id', async () => termsOf(customer, []).subscriptionId > older.subscriptionId);
  const younger = termsOf(customer, [world.tokens]);
  const close = { terms: younger, period: MAY, index: 0, next: null };
  await bench.feed(subscriptionStarted, younger.subscriptionId, {
    terms: younger,
    startsOn: '2024-05-01',
    period: MAY,
  });
  await bench.feed(subscriptionPeriodEnded, 'close:both', { closes: [close] });
  await waitFor('the close', async () => (await world.totalled(younger.subscriptionId)).length === 1);
  await bench.feed(subscriptionEnded, older.subscriptionId, {
    subscriptionId: older.subscriptionId,
    customerId: older.customerId,
    endsAt: '2024-05-10T00:00:00.000Z',
  });
  await waitFor('the revision', async () => (await world.totalled(younger.subscriptionId)).length === 2);
  const quantities = (await world.totalled(younger.subscriptionId)).map((total) => total.meters[0].quantity);
  expect(quantities).toEqual(['0', '100']);
});
