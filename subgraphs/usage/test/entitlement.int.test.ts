import { afterAll, beforeAll, expect, test } from 'vitest';
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
