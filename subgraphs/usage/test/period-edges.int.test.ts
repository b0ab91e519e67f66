import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionPeriodEnded } from '@tollgate/contracts/plans/subscription';
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

test('late usage of one meter and then of another: each revision has the whole totals of both', async () => {
  const seats = await bench.addMeter('seats', 'seat.taken', null);
  const customer = await bench.addCustomer();
  const terms = termsOf(customer, [world.tokens, seats]);
  await bench.feed(subscriptionPeriodEnded, 'close:two', {
    closes: [{ terms, period: MAY, index: 0, next: null }],
  });
  await bench.quiet();
  await bench.report([world.event(customer)]);
  await bench.report([world.event(customer, { type: 'seat.taken' })]);
  await bench.quiet();
  const totals = await world.totalled(terms.subscriptionId);
  const shown = totals.map(({ revision, meters }) => [
    revision,
    Object.fromEntries(
      meters.map((one: { meterId: string; quantity: string }) => [one.meterId, one.quantity]),
    ),
  ]);
  expect(shown).toEqual([
    [1, { [world.tokens]: '0', [seats]: '0' }],
    [2, { [world.tokens]: '7', [seats]: '0' }],
    [3, { [world.tokens]: '7', [seats]: '1' }],
  ]);
});

test('one subscription whose usage cannot be counted keeps none of the others from their totals', async () => {
  const [good, bad] = [await bench.addCustomer(), await bench.addCustomer()];
  await bench.report([world.event(good), world.event(bad)]);
  await bench.sql(`UPDATE {t}.usage_event SET properties = '{"tokens": "many"}' WHERE customer_id = $1`, [
    bad,
  ]);
  const closes = [good, bad, good].map((customer) => ({
    terms: termsOf(customer, [world.tokens]),
    period: MAY,
    index: 0,
    next: null,
  }));
  await bench.feed(subscriptionPeriodEnded, 'close:one-bad', { closes });
  const ids = closes.map(({ terms }) => terms.subscriptionId);
  await waitFor('the good ones', async () => (await world.totalled(ids[2] ?? '')).length === 1);
  const revisions = await Promise.all(ids.map((id) => world.totalled(id)));
  expect(revisions.map((totals) => totals.length)).toEqual([1, 0, 1]);
});

test('a period of more events than one statement counts is counted to the last of them', async () => {
  const customer = await bench.addCustomer();
  const events = 200_500;
  await bench.sql(
    `INSERT INTO {t}.usage_event (id, customer_id, type, occurred_at, properties, meter_version)
     SELECT 'bulk-' || i, $1, 'llm.call', '2024-05-01'::timestamptz + i * interval '10 seconds', '{"tokens": 1.5}', 1000
     FROM generate_series(0, $2::int - 1) AS i`,
    [customer, events],
  );
  const terms = termsOf(customer, [world.calls, world.tokens]);
  await bench.feed(subscriptionPeriodEnded, 'close:many', {
    closes: [{ terms, period: MAY, index: 0, next: null }],
  });
  await waitFor('the totals', async () => (await world.totalled(terms.subscriptionId)).length === 1, 20_000);
  const [{ meters }] = await world.totalled(terms.subscriptionId);
  expect(meters).toContainEqual({ meterId: world.calls, quantity: '200500', events });
  expect(meters).toContainEqual({ meterId: world.tokens, quantity: '300750', events });
});
