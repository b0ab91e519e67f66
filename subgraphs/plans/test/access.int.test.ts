import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend, portal, support } from '@tollgate/testing/callers';
import { startPlans, type Data, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

test('a tenant sees nothing of another', async () => {
  const [mine, theirs] = [await plans.sandbox(), await plans.sandbox()];
  const planId = await plans.aPlan(theirs);
  const customerId = await plans.addCustomer(theirs);
  const answer = await plans.createSubscription(theirs, { customerId, planId });
  const id = (answer as unknown as Data)['subscription']?.['id'];
  const query = `query($planId: ID!, $id: ID!, $customerId: ID!, $refs: [_Any!]!) {
    plan(id: $planId) { id } subscription(id: $id) { id } plans { nodes { id } }
    subscriptions(customerId: $customerId) { nodes { id } } _entities(representations: $refs) { __typename } }`;
  const refs = [
    { __typename: 'Plan', id: planId },
    { __typename: 'PlanSubscription', id },
  ];
  const { data } = await plans.answer(backend(mine), query, { planId, id, customerId, refs });
  expect(data).toEqual({
    plan: null,
    subscription: null,
    plans: { nodes: [] },
    subscriptions: { nodes: [] },
    _entities: [null, null],
  });
  expect(await plans.cancelSubscription(mine, { subscriptionId: id, when: 'NOW' })).toMatchObject({
    __typename: 'UnknownSubscription',
  });
});

test('a portal token sees its own subscriptions and plans, and changes nothing', async () => {
  const tenant = await plans.sandbox();
  const [own, other] = await plans.addCustomers(tenant, 2);
  const [planId, otherPlanId] = [await plans.aPlan(tenant), await plans.aPlan(tenant)];
  await plans.createSubscription(tenant, { customerId: own, planId });
  const answer = await plans.createSubscription(tenant, { customerId: other, planId: otherPlanId });
  const foreign = (answer as unknown as Data)['subscription']?.['id'];
  const query = `query($foreign: ID!, $other: ID!, $refs: [_Any!]!) {
    plans { nodes { id } } subscription(id: $foreign) { id } subscriptions { nodes { customer { id } plan { id } } }
    others: subscriptions(customerId: $other) { nodes { id } }
    _entities(representations: $refs) { ... on Customer { id subscriptions { plan { id } } } } }`;
  const refs = [own, other].map((id) => ({ __typename: 'Customer', id }));
  const seen = await plans.answer(portal(tenant, own ?? ''), query, { foreign, other, refs });
  expect(seen.data).toEqual({
    plans: { nodes: [{ id: planId }] },
    subscription: null,
    subscriptions: { nodes: [{ customer: { id: own }, plan: { id: planId } }] },
    others: { nodes: [] },
    _entities: [
      { id: own, subscriptions: [{ plan: { id: planId } }] },
      { id: other, subscriptions: [] },
    ],
  });
  const mutation = `mutation($id: ID!) { cancelSubscription(input: { subscriptionId: $id, when: NOW }) { __typename } }`;
  const refused = await plans.answer(portal(tenant, own ?? ''), mutation, { id: foreign });
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('staff change a tenant only with a reason, and it is kept', async () => {
  const tenant = await plans.sandbox();
  const mutation = `mutation { createProduct(input: { name: "P" }) { __typename } }`;
  expect((await plans.answer(support({ tenant }), mutation)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
  const reason = 'the customer asked on the phone';
  expect((await plans.answer(support({ tenant, reason }), mutation)).errors).toBeUndefined();
  const lines = 'SELECT actor, command, outcome, reason FROM {t}.audit ORDER BY id';
  expect(await plans.sql(tenant, lines)).toEqual([
    { actor: 'help@tollgate.test', command: 'createProduct', outcome: 'FORBIDDEN', reason: null },
    { actor: 'help@tollgate.test', command: 'createProduct', outcome: 'ProductCreated', reason },
  ]);
});
