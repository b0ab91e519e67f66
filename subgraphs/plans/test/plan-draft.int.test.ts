import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { drafts } from '../src/catalogue/store/draft.js';
import { FEE, JANUARY_31, startPlans, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const DRAFT = `id status trialDays interval intervalCount grain priceCount createdAt updatedAt basedOn { number }
  version { number } plan { id } prices { id key currency meter { id } price { flat { flatAmount } } }
  minimums { currency amount } thresholds { currency amounts } entitlements { feature enabled }`;
const REJECTED = `... on InvalidInput { field } ... on UnknownPlanDraft { draftId } ... on PlanDraftClosed { status }`;

const begin = async (tenant: TestTenant, input: object) => {
  const made = `... on PlanDraftCreated { draft { ${DRAFT} } } ... on InvalidInput { field } ... on UnknownPlan { planId }`;
  return plans.run(tenant, 'createPlanDraft', made, input);
};
const idOf = (answer: unknown) => (answer as { draft: { id: string } }).draft.id;
const edit = (tenant: TestTenant, input: object) => {
  const done = `... on PlanDraftUpdated { draft { ${DRAFT} } } ... on UnknownMeter { meterId } ${REJECTED}`;
  return plans.run(tenant, 'updatePlanDraft', done, input);
};
const publish = (tenant: TestTenant, input: object) =>
  plans.run(
    tenant,
    'publishPlanDraft',
    `... on PlanDraftPublished { plan { id version { number } } version { id number trialDays priceCount prices { key currency } } } ${REJECTED}`,
    input,
  );
const fee = (key: string, flatAmount: string, currency = 'USD') => ({
  ...{ key, currency, price: { flat: { flatAmount } } },
});

test('a draft is edited in parts and published as a whole; nothing is sold by it before', async () => {
  const tenant = await plans.sandbox();
  const planId = await plans.aPlan(tenant, { grain: 'SECOND' });
  const draft = await begin(tenant, { planId });
  expect(draft).toMatchObject({
    draft: {
      ...{ status: 'OPEN', grain: 'SECOND', basedOn: { number: 1 }, version: null, plan: { id: planId } },
      ...{ prices: [{ key: 'fee', price: { flat: { flatAmount: '20' } } }], createdAt: JANUARY_31 },
    },
  });
  const draftId = idOf(draft);
  await edit(tenant, { draftId, prices: [fee('setup', '5'), fee('fee', '25'), fee('fee', '22', 'EUR')] });
  const changed = await edit(tenant, {
    ...{ draftId, trialDays: 14, removePrices: [{ key: 'setup', currency: 'USD' }] },
    ...{ prices: [fee('support', '9')], entitlements: [{ feature: 'sso', enabled: true }] },
    ...{ minimums: [{ currency: 'USD', amount: '30' }], thresholds: [{ currency: 'EUR', amounts: ['50'] }] },
  });
  expect(changed).toMatchObject({
    draft: {
      ...{ trialDays: 14, priceCount: 3, thresholds: [{ currency: 'EUR', amounts: ['50'] }] },
      ...{ minimums: [{ amount: '30' }], entitlements: [{ feature: 'sso', enabled: true }] },
      prices: [
        { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '25' } } },
        { key: 'fee', currency: 'EUR' },
        { key: 'support' },
      ],
    },
  });
  expect(await plans.published(tenant, 'plan.version_published')).toHaveLength(1);
  expect(await publish(tenant, { draftId })).toMatchObject({
    plan: { id: planId, version: { number: 2 } },
    version: { number: 2, trialDays: 14, priceCount: 3 },
  });
  expect(await plans.published(tenant, 'plan.version_published')).toHaveLength(2);
  const closed = { __typename: 'PlanDraftClosed', status: 'PUBLISHED' };
  expect(await publish(tenant, { draftId })).toMatchObject(closed);
  expect(await edit(tenant, { draftId, trialDays: 1 })).toMatchObject(closed);
  const query = `query($id: ID!) { plan(id: $id) { drafts(status: PUBLISHED) { id version { number } } } }`;
  const listed = { plan: { drafts: [{ id: draftId, version: { number: 2 } }] } };
  expect(await plans.ask(backend(tenant), query, { id: planId })).toEqual(listed);
  expect(await driftOf(tenant)).toEqual([]);
});

test('what a draft may not have is rejected by field, and changes nothing of it', async () => {
  const tenant = await plans.sandbox();
  const meterId = await plans.addMeter(tenant, 'calls');
  const use = (key: string) => ({ key, currency: 'USD', meterId, price: { perUnit: { unitAmount: '1' } } });
  const planId = await plans.aPlan(tenant, { prices: [FEE, use('calls')] });
  const draftId = idOf(await begin(tenant, { planId }));
  const field = async (input: object) =>
    ((await edit(tenant, { draftId, ...input })) as unknown as { field?: string }).field;
  expect(await field({ prices: [fee('x', '1'), use('again')] })).toBe('input.prices[1].meterId');
  expect(await field({ prices: [use('again')], removePrices: [{ key: 'calls', currency: 'USD' }] })).toBe(
    undefined,
  );
  expect(await field({ removePrices: [{ key: 'calls', currency: 'USD' }] })).toBe(
    'input.removePrices[0].key',
  );
  expect(await field({ intervalCount: 0 })).toBe('input.intervalCount');
  expect(await field({ trialDays: 731 })).toBe('input.trialDays');
  expect(await field({ prices: [fee('fee', '-1')] })).toBe('input.prices[0].price.flat.flatAmount');
  const unknown = newId('mtr');
  expect(await edit(tenant, { draftId, prices: [{ ...use('u'), meterId: unknown }] })).toMatchObject({
    ...{ __typename: 'UnknownMeter', meterId: unknown },
  });
  const missing = newId('pld');
  expect(await edit(tenant, { draftId: missing })).toMatchObject({ draftId: missing });
  expect(await begin(tenant, { planId: newId('pln') })).toMatchObject({ __typename: 'UnknownPlan' });
  const other = await plans.aPlan(tenant);
  const base = await plans.ask<{ plan: { version: { id: string } } }>(
    backend(tenant),
    'query($id: ID!) { plan(id: $id) { version { id } } }',
    { id: other },
  );
  expect(await begin(tenant, { planId, planVersionId: base.plan.version.id })).toMatchObject({
    field: 'input.planVersionId',
  });
});

test('a draft without a price is not published, one that was given up neither, and customers see none', async () => {
  const tenant = await plans.sandbox();
  const customerId = await plans.addCustomer(tenant);
  const planId = await plans.aPlan(tenant);
  await plans.createSubscription(tenant, { customerId, planId });
  const draftId = idOf(await begin(tenant, { planId, withoutPrices: true }));
  expect(await publish(tenant, { draftId })).toMatchObject({ field: 'input.draftId' });
  const discarded = `... on PlanDraftDiscarded { draft { status } } ${REJECTED}`;
  expect(await plans.run(tenant, 'discardPlanDraft', discarded, { draftId })).toMatchObject({
    draft: { status: 'DISCARDED' },
  });
  expect(await publish(tenant, { draftId })).toMatchObject({ status: 'DISCARDED' });
  const query = `query($id: ID!) { plan(id: $id) { drafts { id } } }`;
  const seen = await plans.ask(portal(tenant, customerId), query, { id: planId });
  expect(seen).toEqual({ plan: { drafts: [] } });
});

const driftOf = async (tenant: TestTenant) => {
  const options = { after: null, limit: 100, repair: false };
  const checked = await plans.platform.db.tenant(tenant.scope, (tx) => drafts.check(tx, options));
  return checked.differences;
};
