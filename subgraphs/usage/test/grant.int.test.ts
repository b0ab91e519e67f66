import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
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

interface Granted {
  readonly __typename: string;
  readonly grant: { readonly id: string };
}

const grant = async (input: object) =>
  (
    await bench.run<{ grantEntitlement: Granted }>(
      `mutation ($input: GrantEntitlementInput!) { grantEntitlement(input: $input) {
         __typename ... on EntitlementGranted { grant { id } } ... on InvalidInput { field } } }`,
      { input },
    )
  ).grantEntitlement;

const check = async (customer: string, feature: string) =>
  (
    await bench.run<{ entitlement: object | null }>(
      'query ($id: ID!, $feature: String!) { entitlement(customerId: $id, feature: $feature) { allowed used limit remaining } }',
      { id: customer, feature },
    )
  ).entitlement;

test('a grant allows what no plan does, until it is taken back', async () => {
  const customer = await bench.addCustomer();
  expect(await check(customer, 'sso')).toBeNull();
  const { grant: made } = await grant({ customerId: customer, feature: 'sso' });
  expect(await check(customer, 'sso')).toMatchObject({ allowed: true, used: null, limit: null });
  const revoke = `mutation ($input: RevokeEntitlementGrantInput!) { revokeEntitlementGrant(input: $input) {
     __typename ... on EntitlementGrantRevoked { grant { revokedAt } } } }`;
  const input = { grantId: made.id };
  const first = await bench.run(revoke, { input });
  expect(first).toMatchObject({
    revokeEntitlementGrant: { grant: { revokedAt: '2024-05-20T12:00:00.000Z' } },
  });
  expect(await bench.run(revoke, { input })).toEqual(first);
  expect(await check(customer, 'sso')).toBeNull();
});

test('of a plan and a grant the more generous one counts; a grant counts from its start', async () => {
  const customer = await bench.addCustomer();
  const meterId = world.tokens as `mtr_${string}`;
  await world.subscribe(customer, [{ kind: 'limit', feature: 'tokens', meterId, limit: '10' as never }]);
  await bench.quiet();
  await bench.report([world.event(customer, { properties: { tokens: 10 } })]);
  expect(await check(customer, 'tokens')).toEqual({
    allowed: false,
    used: '10',
    limit: '10',
    remaining: '0',
  });
  const wanted = { customerId: customer, feature: 'tokens', meterId, quantity: '50' };
  await grant({ ...wanted, startsAt: '2024-05-10T00:00:00Z', expiresAt: '2024-06-10T00:00:00Z' });
  expect(await check(customer, 'tokens')).toEqual({ allowed: true, used: '0', limit: '50', remaining: '50' });
  await bench.report([
    world.event(customer, { timestamp: '2024-05-11T00:00:00Z', properties: { tokens: 20 } }),
  ]);
  expect(await check(customer, 'tokens')).toEqual({
    allowed: true,
    used: '20',
    limit: '50',
    remaining: '30',
  });
});

test('a grant of nothing that is known is rejected, and one that lies ahead does not hold', async () => {
  const customer = await bench.addCustomer();
  expect(await grant({ customerId: newId('cus'), feature: 'sso' })).toMatchObject({
    __typename: 'UnknownCustomer',
  });
  expect(await grant({ customerId: customer, feature: 'x', meterId: newId('mtr') })).toMatchObject({
    __typename: 'UnknownMeter',
  });
  expect(await grant({ customerId: customer, feature: 'x', quantity: '5' })).toMatchObject({
    field: 'input.meterId',
  });
  await grant({ customerId: customer, feature: 'later', startsAt: '2024-06-01T00:00:00Z' });
  expect(await check(customer, 'later')).toBeNull();
  const list = `query ($id: ID, $now: Boolean) { entitlementGrants(customerId: $id, inForce: $now) { nodes { feature } } }`;
  expect(await bench.run(list, { id: customer })).toMatchObject({
    entitlementGrants: { nodes: [{ feature: 'later' }] },
  });
  expect(await bench.run(list, { id: customer, now: true })).toMatchObject({
    entitlementGrants: { nodes: [] },
  });
});
