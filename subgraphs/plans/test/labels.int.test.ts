import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { plans as planAggregate } from '../src/catalogue/store/plan.js';
import { startPlans, type Data, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const SELECTED = '... on ExternalIdTaken { externalId } ... on InvalidInput { field }';

test('a plan is called and noted otherwise, and its versions stay as they are', async () => {
  const tenant = await plans.sandbox();
  const [planId, other] = [await plans.aPlan(tenant, { externalId: 'a' }), await plans.aPlan(tenant)];
  const update = (input: object) =>
    plans.run(
      tenant,
      'updatePlan',
      `... on PlanUpdated { plan { id externalId metadata version { number } } } ${SELECTED}`,
      input,
    );
  expect(await update({ planId, metadata: { team: 'core' } })).toMatchObject({
    plan: { externalId: 'a', metadata: { team: 'core' }, version: { number: 1 } },
  });
  expect(await update({ planId: other, externalId: 'a' })).toMatchObject({ __typename: 'ExternalIdTaken' });
  expect(await update({ planId, externalId: null })).toMatchObject({
    plan: { externalId: null, metadata: { team: 'core' } },
  });
  expect(await update({ planId: other, externalId: 'a' })).toMatchObject({ plan: { externalId: 'a' } });
  expect(await update({ planId: 'pln_1', externalId: 'b' })).toMatchObject({ __typename: 'UnknownPlan' });
  expect(await update({ planId, metadata: { team: 7 } })).toMatchObject({ field: 'input.metadata.team' });
  const checked = await plans.platform.db.tenant(tenant.scope, (tx) =>
    planAggregate.check(tx, { after: null, limit: 100, repair: false }),
  );
  expect([checked.streams, checked.differences]).toEqual([2, []]);
});

test('a subscription is called and noted otherwise at any time, and nobody is told or billed anew', async () => {
  const tenant = await plans.sandbox();
  const customerId = await plans.addCustomer(tenant);
  const planId = await plans.aPlan(tenant);
  const made = (await plans.createSubscription(tenant, { customerId, planId })) as unknown as Data;
  const subscriptionId = made['subscription']?.['id'] as string;
  const update = (input: object) =>
    plans.run(
      tenant,
      'updateSubscription',
      `... on SubscriptionUpdated { subscription { externalId metadata status currentPeriodIndex } } ${SELECTED}`,
      { subscriptionId, ...input },
    );
  // Those who watch the subscription see it; that bills nothing.
  const told = async () => (await plans.told(tenant)).filter(({ type }) => type !== 'subscription.changed');
  const before = [await told(), await plans.dueTimers(tenant)];
  expect(await update({ externalId: 'crm-1', metadata: { seat: '4' } })).toMatchObject({
    subscription: { externalId: 'crm-1', metadata: { seat: '4' }, status: 'ACTIVE', currentPeriodIndex: 0 },
  });
  expect([await told(), await plans.dueTimers(tenant)]).toEqual(before);
  await plans.cancelSubscription(tenant, { subscriptionId, when: 'NOW' });
  expect(await update({ metadata: null })).toMatchObject({
    subscription: { externalId: 'crm-1', metadata: {}, status: 'ENDED' },
  });
  expect(await update({ subscriptionId: 'sub_1' })).toMatchObject({ __typename: 'UnknownSubscription' });
  const found = await plans.ask<{ subscriptions: { nodes: object[] } }>(
    backend(tenant),
    '{ subscriptions(externalId: "crm-1") { nodes { id } } }',
  );
  expect(found.subscriptions.nodes).toEqual([{ id: subscriptionId }]);
  expect(await plans.drift(tenant)).toEqual([]);
});
