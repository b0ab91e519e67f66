import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend, portal } from '@tollgate/testing/callers';
import { createTestTenant, type TestTenant } from '@tollgate/testing/stack';
import { startBench, type Bench } from '@tollgate/testing/subgraph';
import { create } from '../src/main.js';

let bench: Bench;
let tenant: TestTenant;

beforeAll(async () => {
  bench = await startBench(create);
  tenant = await createTestTenant(bench.platform);
});
afterAll(() => bench.stop());

const tiers = [
  { upTo: '100', unitAmount: '0.1', flatAmount: '2' },
  { upTo: '1000', unitAmount: '0.05' },
  { upTo: null, unitAmount: '0.011', flatAmount: '1' },
];
const region = (value: string) => [{ name: 'region', value }];

const priced: readonly (readonly [string, object, object])[] = [
  ['flat', { price: { flat: { flatAmount: '30' } } }, { amount: { minor: '3000' } }],
  [
    'per unit, converted and with included units',
    {
      price: {
        perUnit: { unitAmount: '0.25' },
        conversion: { divideBy: '1000', rounding: 'CEIL' },
        includedUnits: '2',
      },
      quantity: '5001',
    },
    { amount: { amount: '1.00' } },
  ],
  [
    'graduated, with its breakdown',
    { price: { graduated: { tiers } }, quantity: '1001' },
    {
      amount: { minor: '5801' },
      exactAmount: '58.011',
      tiers: [
        { tier: 1, quantity: '100', usageAmount: '10', flatAmount: '2' },
        { tier: 2, quantity: '900', usageAmount: '45', flatAmount: '0' },
        { tier: 3, quantity: '1', usageAmount: '0.011', flatAmount: '1' },
      ],
    },
  ],
  [
    'graduated, the rest after what is billed',
    { price: { graduated: { tiers } }, quantity: '1001', alreadyBilledQuantity: '1000' },
    { amount: { minor: '101' }, tiers: [{ tier: 3, quantity: '1' }] },
  ],
  ['volume', { price: { volume: { tiers } }, quantity: '1001' }, { exactAmount: '12.011', tiers: [] }],
  [
    'package',
    {
      price: {
        package: { packageSize: '10', packageAmount: '3', packageRounding: 'FLOOR' },
        maximumAmount: '5',
      },
      quantity: '29',
    },
    { amount: { minor: '500' } },
  ],
  [
    'percentage',
    {
      price: { percentage: { ratePercent: '1.5', fixedPerEvent: '0.3', freeEvents: 1 } },
      events: [{ amount: '10' }, { amount: '100' }],
    },
    { amount: { minor: '180' } },
  ],
  [
    'graduated percentage',
    {
      price: {
        graduatedPercentage: {
          tiers: [
            { upTo: '1000', ratePercent: '2' },
            { upTo: null, ratePercent: '1' },
          ],
        },
      },
      quantity: '1500',
    },
    { amount: { minor: '2500' } },
  ],
  [
    'matrix',
    {
      price: { matrix: { rows: [{ match: region('eu'), unitAmount: '0.1' }], defaultUnitAmount: '1' } },
      usage: [
        { dimensions: region('eu'), quantity: '10' },
        { dimensions: region('us'), quantity: '2' },
      ],
    },
    { amount: { minor: '300' } },
  ],
  [
    'dynamic, below its minimum before the last line',
    { price: { dynamic: {}, minimumAmount: '9' }, events: [{ amount: '1.5' }], final: false },
    { amount: { minor: '150' } },
  ],
];

test.each(priced)('anybody can ask what a price comes to: %s', async (_model, input, expected) => {
  expect(await estimate({ currency: 'USD', ...input })).toMatchObject({
    __typename: 'PriceEstimate',
    ...expected,
  });
});

const refused: readonly (readonly [string, object, string])[] = [
  ['no model', { price: {}, quantity: '1' }, 'input.price'],
  ['two models', { price: { flat: { flatAmount: '1' }, dynamic: {} } }, 'input.price'],
  ['no quantity', { price: { perUnit: { unitAmount: '1' } } }, 'input.quantity'],
  [
    'a quantity beyond 10^15',
    { price: { perUnit: { unitAmount: '1' } }, quantity: '1000000000000000.1' },
    'input.quantity',
  ],
  [
    'a negative price',
    { price: { perUnit: { unitAmount: '-1' } }, quantity: '1' },
    'input.price.perUnit.unitAmount',
  ],
  [
    'tiers that overlap',
    { price: { volume: { tiers: [{ upTo: '2' }, { upTo: '1' }, {}] } }, quantity: '1' },
    'input.price.volume.tiers[1].upTo',
  ],
  [
    'included units of a flat price',
    { price: { flat: { flatAmount: '1' }, includedUnits: '1' } },
    'input.price.includedUnits',
  ],
  [
    'a dimension that is named twice',
    {
      price: { matrix: { rows: [] } },
      usage: [{ dimensions: [...region('a'), ...region('b')], quantity: '1' }],
    },
    'input.usage[0].dimensions',
  ],
];

test.each(refused)('an estimate with %s names the field', async (_what, input, field) => {
  expect(await estimate({ currency: 'USD', ...input })).toMatchObject({ __typename: 'InvalidInput', field });
});

test('a customer may ask what a price comes to', async () => {
  const asked = { currency: 'JPY', price: { flat: { flatAmount: '30.5' } } };
  expect(await estimate(asked, portal(tenant, newId('cus')))).toMatchObject({
    amount: { amount: '31', minor: '31' },
    exactAmount: '30.5',
  });
});

test('usage that no row of a matrix matches has no price, and is named', async () => {
  const price = { matrix: { rows: [{ match: region('eu'), unitAmount: '1' }] } };
  const usage = ['eu', 'us'].map((value) => ({ dimensions: region(value), quantity: '1' }));
  expect(await estimate({ currency: 'USD', price, usage })).toMatchObject({
    __typename: 'NoMatrixPrice',
    field: 'input.usage[1]',
  });
});

async function estimate(input: object, caller: Identity = backend(tenant)): Promise<unknown> {
  const { estimatePrice } = await bench.ask<{ estimatePrice: unknown }>(
    caller,
    `query ($input: EstimatePriceInput!) { estimatePrice(input: $input) { __typename
      ... on PriceEstimate { amount { amount minor } exactAmount tiers { tier quantity usageAmount flatAmount } }
      ... on InvalidInput { field message } ... on NoMatrixPrice { field message } } }`,
    { input },
  );
  return estimatePrice;
}
