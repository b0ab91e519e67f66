import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { FEE, JANUARY_31, startPlans, VERSION, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const archive = (tenant: TestTenant, planId: string, idempotencyKey?: string) =>
  plans.run(tenant, 'archivePlan', '... on PlanArchived { plan { id archivedAt } }', {
    planId,
    idempotencyKey,
  });
const archived = (tenant: TestTenant, only: boolean) =>
  plans.ask(backend(tenant), 'query($only: Boolean) { plans(archived: $only) { nodes { id } } }', { only });

test('nobody new gets on an archived plan, and those who are on it stay and get its newer versions', async () => {
  const tenant = await plans.sandbox();
  const [first, second] = await plans.addCustomers(tenant, 2);
  const [planId, otherId] = [await plans.aPlan(tenant), await plans.aPlan(tenant)];
  await plans.createSubscription(tenant, { customerId: first, planId, externalId: 'old' });
  const other = await plans.createSubscription(tenant, { customerId: second, planId: otherId });
  const otherSubscription = (other as unknown as { subscription: { id: string } }).subscription.id;
  const { __typename } = await archive(tenant, planId);
  expect(__typename).toBe('PlanArchived');
  expect(await archive(tenant, planId)).toMatchObject({ plan: { archivedAt: JANUARY_31 } });
  expect(await archived(tenant, true)).toEqual({ plans: { nodes: [{ id: planId }] } });
  expect(await archived(tenant, false)).toEqual({ plans: { nodes: [{ id: otherId }] } });

  const rejection = { __typename: 'PlanNotOnSale', planId, archivedAt: JANUARY_31 };
  const onSale = '... on PlanNotOnSale { planId archivedAt }';
  const asked = { customerId: second, planId };
  expect(await plans.run(tenant, 'createSubscription', onSale, asked)).toMatchObject(rejection);
  const change = { subscriptionId: otherSubscription, planId };
  expect(await plans.run(tenant, 'changeSubscription', onSale, change)).toMatchObject(rejection);

  await plans.run(tenant, 'publishPlanVersion', '... on PlanVersionPublished { version { id } }', {
    planId,
    prices: [FEE],
  });
  const mine = await plans.ask<{ subscriptions: { nodes: { id: string }[] } }>(
    backend(tenant),
    '{ subscriptions(externalId: "old") { nodes { id } } }',
  );
  const changed = await plans.run(
    tenant,
    'changeSubscription',
    '... on SubscriptionChanged { subscription { planVersion { number } } }',
    { subscriptionId: mine.subscriptions.nodes[0]?.id, planId },
  );
  expect(changed).toMatchObject({ subscription: { planVersion: { number: 2 } } });

  const restored = '... on PlanRestored { plan { archivedAt } }';
  expect(await plans.run(tenant, 'restorePlan', restored, { planId })).toMatchObject({
    plan: { archivedAt: null },
  });
  expect(await plans.run(tenant, 'createSubscription', onSale, asked)).toMatchObject({
    __typename: 'SubscriptionCreated',
  });
  expect(await plans.catalogueDrift(tenant)).toEqual([]);
});

test('a copy has the terms of the version that was chosen, with prices of its own, and a life of its own', async () => {
  const tenant = await plans.sandbox();
  const planId = await plans.aPlan(tenant, { trialDays: 7, grain: 'SECOND' });
  const before = await plans.ask<{ plan: { version: { id: string; prices: { id: string }[] } } }>(
    backend(tenant),
    'query($id: ID!) { plan(id: $id) { version { id prices { id } } } }',
    { id: planId },
  );
  const raised = { ...FEE, price: { flat: { flatAmount: '30' } } };
  const selected = '... on PlanVersionPublished { version { id } }';
  await plans.run(tenant, 'publishPlanVersion', selected, { planId, prices: [raised] });
  const copied = `... on PlanCopied { plan { id code product { name } version { ${VERSION} trialDays prices { id } } } }
    ... on InvalidInput { field } ... on PlanCodeTaken { code } ... on UnknownProduct { productId }`;
  const input = { planId, planVersionId: before.plan.version.id, name: 'Copy', code: newId('pln') };
  const copy = (changes: object = {}) => plans.run(tenant, 'copyPlan', copied, { ...input, ...changes });
  const answer = await copy();
  expect(answer).toMatchObject({
    plan: {
      product: { name: 'Pro' },
      version: { number: 1, grain: 'SECOND', trialDays: 7, prices: [{ key: 'fee' }] },
    },
  });
  const { plan } = answer as unknown as { plan: { id: string; version: { prices: { id: string }[] } } };
  expect(plan.version.prices[0]?.id).not.toBe(before.plan.version.prices[0]?.id);
  expect(await copy()).toMatchObject({ __typename: 'PlanCodeTaken', code: input.code });
  expect(await copy({ code: 'x', name: '' })).toMatchObject({ field: 'input.name' });
  expect(await copy({ code: 'x', planId: plan.id })).toMatchObject({ field: 'input.planVersionId' });
  const productId = newId('prd');
  expect(await copy({ code: 'x', productId })).toMatchObject({ __typename: 'UnknownProduct', productId });
  expect(await copy({ code: 'x', planId: newId('pln') })).toMatchObject({ __typename: 'UnknownPlan' });
  expect(await plans.published(tenant, 'plan.version_published')).toHaveLength(3);
  expect(await plans.catalogueDrift(tenant)).toEqual([]);
});

test('add-ons and coupons are listed in pages, by code, target and words of their names', async () => {
  const tenant = await plans.sandbox();
  for (const code of ['seats', 'support'])
    await plans.run(tenant, 'createAddon', '... on AddonCreated { addon { id } }', {
      ...{ code, name: `More ${code}`, prices: [{ currency: 'USD', amount: '5' }] },
    });
  for (const [code, target] of [
    ['SPRING', 'SUBSCRIPTION'],
    ['WINTER', 'INVOICE'],
  ])
    await plans.run(tenant, 'createCoupon', '... on CouponCreated { coupon { id } }', {
      ...{ code, name: `${code} sale`, percent: '10', target, duration: 'ONCE' },
    });
  const codes = async (list: string) => {
    const data = await plans.ask<Record<string, { nodes: { code: string }[] }>>(
      backend(tenant),
      `{ found: ${list} { nodes { code } pageInfo { hasNextPage } } }`,
    );
    return data['found']?.nodes.map(({ code }) => code);
  };
  expect(await codes('addons')).toEqual(['seats', 'support']);
  expect(await codes('addons(first: 1, orderBy: CREATED_AT_DESC)')).toEqual(['support']);
  expect(await codes('addons(search: "more se")')).toEqual(['seats']);
  expect(await codes('coupons(target: INVOICE)')).toEqual(['WINTER']);
  expect(await codes('coupons(search: "spring SALE")')).toEqual(['SPRING']);
  expect(await codes('coupons(code: "WINTER")')).toEqual(['WINTER']);
  expect(await codes('coupons(orderBy: NAME_DESC)')).toEqual(['WINTER', 'SPRING']);
  expect(await codes(`coupons(created: { from: "2030-01-01T00:00:00Z" })`)).toEqual([]);
});
