import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionActivation } from '@tollgate/contracts/plans/activation';
import { waitFor } from '@tollgate/testing/waiting';
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

test('an entitlement compares what was used with the limit', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer, [
    { kind: 'limit', feature: 'tokens', meterId: world.tokens as `mtr_${string}`, limit: '10' },
    { kind: 'boolean', feature: 'sso', enabled: true },
  ]);
  const check = async (feature: string) =>
    (
      await bench.run<{ entitlement: object | null }>(
        'query ($id: ID!, $feature: String!) { entitlement(customerId: $id, feature: $feature) { feature allowed used limit remaining } }',
        { id: customer, feature },
      )
    ).entitlement;
  await waitFor('the subscription', () => check('sso'));
  expect(await check('sso')).toEqual({
    feature: 'sso',
    allowed: true,
    used: null,
    limit: null,
    remaining: null,
  });
  expect(await check('unheard of')).toBeNull();
  expect(await check('tokens')).toEqual({
    feature: 'tokens',
    allowed: true,
    used: '0',
    limit: '10',
    remaining: '10',
  });
  await bench.report([world.event(customer), world.event(customer)]);
  await waitFor('the use', async () => ((await check('tokens')) as { used: string }).used === '14');
  expect(await check('tokens')).toEqual({
    feature: 'tokens',
    allowed: false,
    used: '14',
    limit: '10',
    remaining: '0',
  });
});

test('a subscription whose first invoice is not paid gives no access until it is', async () => {
  const customer = await bench.addCustomer();
  const { subscriptionId, customerId } = await world.subscribe(customer, [
    { kind: 'boolean', feature: 'sso', enabled: true },
  ]);
  const allowed = async () => {
    const query = 'query ($id: ID!) { entitlement(customerId: $id, feature: "sso") { allowed } }';
    const { entitlement } = await bench.run<{ entitlement: { allowed: boolean } | null }>(query, {
      id: customer,
    });
    return entitlement?.allowed;
  };
  const told = (activation: 'awaited' | 'active' | 'stopped') =>
    bench.feed(subscriptionActivation, subscriptionId, {
      ...{ subscriptionId, customerId, activation },
      at: '2024-05-03T00:00:00.000Z',
    });
  await waitFor('the subscription', allowed);
  await told('awaited');
  await waitFor('no access', async () => (await allowed()) === false);
  await told('active');
  await waitFor('access', allowed);
});
