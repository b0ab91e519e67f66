import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend, portal } from '@tollgate/testing/callers';
import { type Bench, startBench } from './harness.js';
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

const FIELDS =
  'subscription { id } period { from } amount { amount } prices { meterId quantity amount { minor } }';
const SPEND = `query ($id: ID!) { currentSpend(customerId: $id) { ${FIELDS} } }`;
const WATCH = `subscription ($id: ID!) { usageUpdated(customerId: $id) { spend { amount { amount currency } } } }`;

interface Spend {
  readonly subscription: { readonly id: string };
  readonly amount: { readonly amount: string };
  readonly prices: readonly {
    readonly meterId: string;
    readonly quantity: string;
    readonly amount: object;
  }[];
}

test('usage is shown in money so far, live too, and to nobody but who may see the customer', async () => {
  const [customer, other] = [await bench.addCustomer(), await bench.addCustomer()];
  const { subscriptionId } = await world.subscribe(customer);
  await bench.quiet();
  const updates = await bench.live(backend(bench.tenant), WATCH, { id: customer });
  const next = async () => {
    const { value } = await updates.next();
    return value.data.usageUpdated.spend;
  };
  expect(await next()).toEqual([{ amount: { amount: '0.00', currency: 'USD' } }]);
  await bench.report([world.event(customer), world.event(customer)]);
  // A token costs 1.00, and so does a call.
  expect(await next()).toEqual([{ amount: { amount: '16.00', currency: 'USD' } }]);
  const spendOf = async (id: string, as = backend(bench.tenant) as Parameters<Bench['run']>[2]) =>
    (await bench.run<{ currentSpend: Spend[] }>(SPEND, { id }, as)).currentSpend;
  const [shown] = await spendOf(customer);
  expect(shown).toMatchObject({ subscription: { id: subscriptionId }, amount: { amount: '16.00' } });
  expect(shown?.prices).toEqual([
    { meterId: world.calls, quantity: '2', amount: { minor: '200' } },
    { meterId: world.tokens, quantity: '14', amount: { minor: '1400' } },
  ]);
  expect(await spendOf(customer, portal(bench.tenant, customer))).toEqual([shown]);
  expect(await spendOf(customer, portal(bench.tenant, other))).toEqual([]);
  expect(await spendOf(other)).toEqual([]);
  await updates.return?.();
});
