import { afterAll, beforeAll, expect, test } from 'vitest';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import { FEE, startPlans, type Data, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

test('a plan with every model of a quantity is made at once, with meters that became known a moment ago', async () => {
  const tenant = await plans.sandbox();
  const codes = ['input', 'output', 'calls', 'files', 'money'];
  const [input, output, calls, files, money] = await Promise.all(
    codes.map((code) => plans.addMeter(tenant, code)),
  );
  const usage = (key: string, meterId: string | undefined, price: object) => ({
    key,
    currency: 'USD',
    meterId,
    price,
  });
  const answer = await plans.createPlan(tenant, {
    name: 'LLM API',
    code: 'llm-api',
    interval: 'WEEK',
    intervalCount: 2,
    grain: 'SECOND',
    prices: [
      FEE,
      {
        key: 'seats',
        currency: 'USD',
        description: 'Seats',
        price: { perUnit: { unitAmount: '9' }, minimumAmount: '18' },
      },
      usage('input', input, {
        perUnit: { unitAmount: '0.0000015' },
        includedUnits: '1000000',
        conversion: { divideBy: '1000', rounding: 'CEIL' },
      }),
      usage('output', output, {
        graduated: { tiers: [{ upTo: '20000', unitAmount: '0.00001' }, { unitAmount: '0.000006' }] },
      }),
      usage('calls', calls, {
        volume: { tiers: [{ upTo: '10', unitAmount: '1' }, { unitAmount: '0.5' }] },
        maximumAmount: '99',
      }),
      usage('files', files, { package: { packageSize: '100', packageAmount: '5' } }),
      usage('money', money, { graduatedPercentage: { tiers: [{ ratePercent: '1.5' }] } }),
    ],
    entitlements: [
      { feature: 'sso', enabled: true },
      { feature: 'tokens', meterId: input, limit: '5000000' },
    ],
  });
  expect(answer).toMatchObject({
    __typename: 'PlanCreated',
    plan: {
      code: 'llm-api',
      interval: 'WEEK',
      intervalCount: 2,
      product: { name: 'LLM API' },
      version: {
        number: 1,
        alignment: 'ANNIVERSARY',
        grain: 'SECOND',
        prices: [
          {
            key: 'fee',
            description: 'fee',
            meter: null,
            price: { flat: { flatAmount: '20' }, includedUnits: null },
          },
          {
            key: 'seats',
            description: 'Seats',
            meter: null,
            price: { perUnit: { unitAmount: '9' }, minimumAmount: '18' },
          },
          {
            key: 'input',
            description: 'input',
            meter: { id: input },
            price: {
              flat: null,
              perUnit: { unitAmount: '0.0000015' },
              includedUnits: '1000000',
              conversion: { multiplyBy: '1', divideBy: '1000', rounding: 'CEIL', decimals: 0 },
            },
          },
          {
            price: {
              graduated: {
                tiers: [
                  { upTo: '20000', unitAmount: '0.00001', flatAmount: '0', flatAtZero: false },
                  { upTo: null, unitAmount: '0.000006', flatAmount: '0', flatAtZero: false },
                ],
              },
            },
          },
          { price: { volume: { tiers: [{ upTo: '10' }, { upTo: null }] }, maximumAmount: '99' } },
          { price: { package: { packageSize: '100', packageAmount: '5', packageRounding: 'CEIL' } } },
          { price: { graduatedPercentage: { tiers: [{ upTo: null, ratePercent: '1.5' }] } } },
        ],
        entitlements: [
          { feature: 'sso', enabled: true, limit: null },
          { feature: 'tokens', enabled: null, limit: '5000000', meter: { id: input } },
        ],
      },
    },
  });
});

test('two plans never have one code, however close they come', async () => {
  const tenant = await plans.sandbox();
  const input = { name: 'A', code: 'same', interval: 'YEAR', prices: [FEE] };
  const answers = await Promise.all([plans.createPlan(tenant, input), plans.createPlan(tenant, input)]);
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['PlanCodeTaken', 'PlanCreated']);
  const nodes = `{ plans { nodes { code } } products { nodes { name } } }`;
  expect(await plans.ask(backend(tenant), nodes)).toEqual({
    plans: { nodes: [{ code: 'same' }] },
    products: { nodes: [{ name: 'A' }] },
  });
});

test('a price that names no currency is in the tenant’s, as soon as it is known', async () => {
  const tenant = await plans.sandbox();
  const { key, price } = FEE;
  const input = { name: 'P', code: 'p', interval: 'MONTH', prices: [{ key, price }] };
  expect(await plans.createPlan(tenant, input)).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.prices[0].currency',
  });
  const settings = {
    name: 'T',
    currency: 'JPY',
    timeZone: 'UTC',
    country: 'JP',
    taxRates: {},
    invoiceGraceSeconds: 0,
    groupInvoices: false,
    sandbox: true,
  };
  const tenantId = tenant.id as `ten_${string}`;
  await plans.tell(tenant, tenantChanged, { aggregate: tenantId, data: { tenantId, revision: 1, settings } });
  expect(await plans.createPlan(tenant, input)).toMatchObject({
    plan: { version: { prices: [{ currency: 'JPY' }] } },
  });
});

test('a plan that makes no sense is refused with the path of the field', async () => {
  const tenant = await plans.sandbox();
  const base = { name: 'P', code: 'p', interval: 'MONTH' };
  const prices = [{ ...FEE, key: 'a b' }];
  expect(await plans.createPlan(tenant, { ...base, prices })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.prices[0].key',
  });
  const meterId = newId('mtr');
  const unknown = [{ key: 'use', currency: 'USD', meterId, price: { perUnit: { unitAmount: '1' } } }];
  expect(await plans.createPlan(tenant, { ...base, prices: unknown })).toMatchObject({
    __typename: 'UnknownMeter',
    meterId,
  });
  const rated = [
    {
      key: 'cut',
      meterId: await plans.addMeter(tenant, 'calls', { aggregation: 'count', property: null }),
      currency: 'USD',
      price: { percentage: { ratePercent: '2' } },
    },
  ];
  expect(await plans.createPlan(tenant, { ...base, prices: rated })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.prices[0].price.percentage',
  });
  const productId = newId('prd');
  expect(await plans.createPlan(tenant, { ...base, prices: [FEE], productId })).toMatchObject({
    __typename: 'UnknownProduct',
    productId,
  });
});

test('existing subscriptions keep their version; new ones get the current', async () => {
  const tenant = await plans.sandbox();
  const [first, second] = await plans.addCustomers(tenant, 2);
  const planId = await plans.aPlan(tenant);
  const before = await plans.createSubscription(tenant, { customerId: first, planId });
  const next = await plans.run(
    tenant,
    'publishPlanVersion',
    '... on PlanVersionPublished { plan { interval versions { number } } version { number } }',
    { planId, prices: [{ ...FEE, price: { flat: { flatAmount: '30' } } }], intervalCount: 3 },
  );
  expect(next).toMatchObject({
    plan: { interval: 'MONTH', versions: [{ number: 1 }, { number: 2 }] },
    version: { number: 2 },
  });
  const after = await plans.createSubscription(tenant, { customerId: second, planId });
  expect(before).toMatchObject({ subscription: { planVersion: { number: 1 } } });
  expect(after).toMatchObject({
    subscription: { planVersion: { number: 2 }, currentPeriod: { to: '2024-04-30T00:00:00.000Z' } },
  });
});

test('pages follow each other without gap', async () => {
  const tenant = await plans.sandbox();
  for (const name of ['A', 'B', 'C'])
    await plans.run(tenant, 'createProduct', '... on ProductCreated { product { id } }', { name });
  const query = `query($after: String) {
    products(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
  const first = await plans.ask<Data>(backend(tenant), query);
  expect(first).toMatchObject({
    products: { nodes: [{ name: 'A' }, { name: 'B' }], pageInfo: { hasNextPage: true } },
  });
  const { endCursor } = first['products']?.['pageInfo'] as { endCursor: string };
  expect((await plans.answer(backend(tenant), query, { after: endCursor })).data).toMatchObject({
    products: { nodes: [{ name: 'C' }], pageInfo: { hasNextPage: false } },
  });
});
