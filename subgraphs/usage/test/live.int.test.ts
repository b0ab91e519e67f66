import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
} from '@tollgate/contracts/plans/subscription';
import { instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { startSubgraph } from '@tollgate/runtime/service/subgraph';
import { backend } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { create } from '../src/main.js';
import { type Bench, MAY, startBench } from './harness.js';
import { type Figure, shown, startWorld, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

const WATCH = `subscription ($id: ID!) { usageUpdated(customerId: $id) {
  customer { id } totals { meter { code } quantity events } at } }`;

test('usage that came before the subscription was known is in its live totals', async () => {
  const customer = await bench.addCustomer();
  await bench.report([world.event(customer), world.event(customer)]);
  await bench.quiet();
  expect(await world.liveOf(customer)).toEqual({});
  await world.subscribe(customer);
  await waitFor('the live totals', async () => (await world.liveOf(customer))['tokens'] === '14/2');
});

test('live totals equal what the events come to, and a message that comes again changes nothing', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  await bench.quiet();
  await bench.report([world.event(customer), world.event(customer, { properties: { tokens: '0.5' } })]);
  const totals = () => bench.sql('SELECT * FROM {t}.usage_period_total WHERE customer_id = $1', [customer]);
  const before = await totals();
  await bench.platform.db.shard('main', async (tx) => {
    await tx.query(`DELETE FROM {s}.consumer_offset WHERE consumer = 'usage'`);
    await tx.query(`DELETE FROM {s}.inbox WHERE consumer = 'usage'`);
  });
  // One that starts without a position and without an inbox gets every message again.
  const again = await startSubgraph(bench.platform, await create(bench.platform, {}));
  await bench.quiet();
  await again.stop();
  expect(await totals()).toEqual(before);
  expect(shown(await world.usageOf(customer))).toMatchObject({ calls: '2/2', tokens: '7.5/2' });
  expect(await world.liveOf(customer)).toMatchObject({ calls: '2/2', tokens: '7.5/2' });
});

test('the next period starts from zero, and an older one that arrives later changes nothing', async () => {
  const customer = await bench.addCustomer();
  const terms = await world.subscribe(customer);
  await bench.report([world.event(customer)]);
  await waitFor('the live totals', async () => (await world.liveOf(customer))['tokens'] === '7/1');
  const june = { from: MAY.to, to: instant('2024-07-01T00:00:00Z') };
  await bench.feed(subscriptionPeriodEnded, 'close:1', {
    closes: [{ terms, period: MAY, index: 0, next: june }],
  });
  await waitFor('the zero totals', async () => (await world.liveOf(customer))['tokens'] === '0/0');
  // Told by an earlier release.
  await bench.feed(subscriptionPeriodStarted, terms.subscriptionId, { terms, period: MAY, index: 0 });
  await bench.quiet();
  expect(await world.liveOf(customer)).toMatchObject({ calls: '0/0', tokens: '0/0' });
  await bench.feed(subscriptionEnded, terms.subscriptionId, {
    subscriptionId: terms.subscriptionId,
    customerId: terms.customerId,
    endsAt: june.to,
  });
  await waitFor('the end', async () => Object.keys(await world.liveOf(customer)).length === 0);
});

test('a watcher gets the present totals, then every change, and ends at once', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  await bench.quiet();
  const updates = await bench.live(backend(bench.tenant), WATCH, { id: customer });
  const next = async () => {
    const { value } = await updates.next();
    return value.data.usageUpdated;
  };
  const first = await next();
  expect(first.customer).toEqual({ id: customer });
  expect(shown(first.totals)).toMatchObject({ calls: '0/0', tokens: '0/0' });
  await bench.report([world.event(customer)]);
  expect(shown((await next()).totals)).toMatchObject({ calls: '1/1', tokens: '7/1' });
  const pending = updates.next();
  await updates.return?.();
  expect(await pending).toEqual({ value: undefined, done: true });
});

test('customers as an entity carry their live totals, read together', async () => {
  const customers = await Promise.all(Array.from({ length: 20 }, () => bench.addCustomer()));
  for (const customer of customers) await world.subscribe(customer);
  await bench.report(customers.map((customer) => world.event(customer)));
  await bench.quiet();
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
    ... on Customer { id liveUsage { meter { code } quantity events } } ... on Meter { id code } } }`;
  const refs = [
    ...customers.map((id) => ({ __typename: 'Customer', id })),
    { __typename: 'Meter', id: world.tokens },
    { __typename: 'Meter', id: newId('mtr') },
  ];
  const read = async () =>
    (await bench.run<{ _entities: { id: string; liveUsage: Figure[] }[] }>(query, { refs }))._entities;
  await waitFor('all totals', async () =>
    (await read()).slice(0, 20).every((one) => shown(one.liveUsage)['tokens'] === '7/1'),
  );
  expect((await read()).slice(20)).toEqual([{ id: world.tokens, code: 'tokens' }, null]);
});
