import { upcastTerms } from '@tollgate/contracts/plans/terms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  subscriptionEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import type { EventContract } from '@tollgate/contracts/event';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { instant } from '@tollgate/kernel/time/time';
import type { Row } from '@tollgate/runtime/database/db';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import {
  createTestPlatform,
  createTestTenant,
  TEST_IDENTITY_SECRET,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { create } from '../src/main.js';

const START = '2024-01-01T00:00:00.000Z';
const MONTHS = [START, '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z', '2024-04-01T00:00:00.000Z'];
const TOKENS = newId('mtr');
const CALLS = newId('mtr');

let platform: TestPlatform;
let subgraph: RunningSubgraph;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  subgraph = await startSubgraph(platform, await create(platform, {}));
  tenant = await createTestTenant(platform, { nowAt: START });
  const settings = {
    name: 'Test',
    currency: 'USD',
    timeZone: 'UTC',
    country: 'US',
    taxRates: { DE: '19' },
    invoiceGraceSeconds: 0,
    sandbox: true,
  };
  await send(tenantChanged, tenant.id, { tenantId: tenant.id as never, revision: 1, settings });
});
afterAll(async () => {
  await subgraph.stop();
  await platform.destroy();
});

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
  const { data, errors } = await estimate({ currency: 'USD', ...input });
  expect(errors).toBeUndefined();
  expect(data?.['estimatePrice']).toMatchObject({ __typename: 'PriceEstimate', ...expected });
});

const refused: readonly (readonly [string, object, string])[] = [
  ['an unknown currency', { currency: 'ABC', price: { dynamic: {} } }, 'input.currency'],
  ['a currency without minor units', { currency: 'XAU', price: { dynamic: {} } }, 'input.currency'],
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
  const { data } = await estimate({ currency: 'USD', ...input });
  expect(data?.['estimatePrice']).toMatchObject({ __typename: 'InvalidInput', field });
});

test('a customer may ask what a price comes to', async () => {
  const portal: Identity = { kind: 'customer', tenant: tenant.id, customer: newId('cus'), actor: 'portal' };
  const { data } = await estimate({ currency: 'JPY', price: { flat: { flatAmount: '30.5' } } }, portal);
  expect(data?.['estimatePrice']).toMatchObject({
    amount: { amount: '31', minor: '31' },
    exactAmount: '30.5',
  });
});

test('usage that no row of a matrix matches has no price, and is named', async () => {
  const price = { matrix: { rows: [{ match: region('eu'), unitAmount: '1' }] } };
  const usage = ['eu', 'us'].map((value) => ({ dimensions: region(value), quantity: '1' }));
  const { data } = await estimate({ currency: 'USD', price, usage });
  expect(data?.['estimatePrice']).toMatchObject({ __typename: 'NoMatrixPrice', field: 'input.usage[1]' });
});

test('a preview is what the close invoices, line for line', async () => {
  const { terms, customerId } = await subscribe('DE');
  const before = await previewed(terms, { [TOKENS]: '4500000', [CALLS]: '30' });
  expect(before).toMatchObject({
    __typename: 'InvoicePreview',
    customer: { id: customerId },
    subscription: { id: terms.subscriptionId },
    period: { from: MONTHS[0], to: MONTHS[1] },
    taxTreatment: 'DESTINATION',
    taxes: [{ percent: '19' }],
    lines: [
      { kind: 'USAGE', meter: { id: TOKENS }, includedQuantity: '1000000', amount: { minor: '525' } },
      { kind: 'USAGE', meter: { id: CALLS }, tiers: [{ tier: 1 }, { tier: 2 }], amount: { minor: '200' } },
      { kind: 'FEE', amount: { minor: '2000' }, period: null },
    ],
    subtotal: { minor: '2725' },
    tax: { minor: '518' },
    total: { minor: '3243' },
  });
  await close(terms, 0, { [TOKENS]: '4500000', [CALLS]: '30' });
  const invoice = await invoiceOf(customerId, 1);
  const amounts = ({ subtotal, tax, total }: Row) => ({ subtotal, tax, total });
  expect(amounts(invoice)).toEqual(amounts(before));
});

test('the next period is previewed once it is open, with late usage of the one before', async () => {
  const { terms, customerId } = await subscribe('US');
  await close(terms, 0, { [TOKENS]: '1000000' });
  await invoiceOf(customerId, 1);
  await send(subscriptionPeriodStarted, terms.subscriptionId, { terms, period: monthOf(1), index: 1 });
  await close(terms, 0, { [TOKENS]: '2000000' }, 2);
  const preview = await waitFor('the second period', async () => {
    const answer = await previewed(terms, {});
    const lines = (answer['lines'] ?? []) as readonly Row[];
    return lines.length === 4 ? answer : null;
  });
  expect(preview).toMatchObject({
    period: { from: MONTHS[1] },
    lines: [
      {},
      {},
      { kind: 'FEE' },
      { quantity: '1000000', amount: { minor: '150' }, period: { from: MONTHS[0] } },
    ],
    total: { minor: '2150' },
  });
});

test('a subscription that ended has no fees to come, and nothing to preview once its last period is invoiced', async () => {
  const { terms } = await subscribe('US');
  const { subscriptionId, customerId } = terms;
  const endsAt = MONTHS[1] ?? '';
  await send(subscriptionEnded, subscriptionId, { subscriptionId, customerId, endsAt });
  await waitFor('the end', async () => {
    const { lines } = (await previewed(terms, {})) as { lines: readonly Row[] };
    return lines.every(({ kind }) => kind === 'USAGE');
  });
  await close(terms, 0, {}, 1, null);
  await invoiceOf(customerId, 1);
  expect(await previewed(terms, {})).toMatchObject({ __typename: 'SubscriptionOver', endedAt: endsAt });
});

test('a preview refuses what it cannot price, and shows customers their own subscriptions only', async () => {
  const { terms } = await subscribe('US');
  const stranger = newId('mtr');
  expect(await previewed(terms, { [stranger]: '1' })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.usage[0].meterId',
  });
  expect(await previewed(terms, { [TOKENS]: '1000000000000001' })).toMatchObject({
    field: 'input.usage[0].quantity',
  });
  const unknown = { ...terms, subscriptionId: newId('sub') };
  expect(await previewed(unknown, {})).toMatchObject({ __typename: 'UnknownSubscription' });
  const own: Identity = { kind: 'customer', tenant: tenant.id, customer: terms.customerId, actor: 'portal' };
  const other: Identity = { ...own, customer: newId('cus') };
  expect(await previewed(terms, {}, own)).toMatchObject({ __typename: 'InvoicePreview' });
  expect(await previewed(terms, {}, other)).toMatchObject({ __typename: 'UnknownSubscription' });
});

const caller = (): Identity => ({ kind: 'tenant', tenant: tenant.id, actor: 'key_test' });

const ask = (query: string, variables: Row, identity: Identity = caller()) =>
  subgraph.endpoint.execute({
    query,
    variables,
    headers: { 'x-tollgate-identity': signIdentity(identity, TEST_IDENTITY_SECRET) },
  });

const estimate = (input: Row, identity?: Identity) =>
  ask(
    `query ($input: EstimatePriceInput!) { estimatePrice(input: $input) { __typename
      ... on PriceEstimate { amount { amount minor } exactAmount tiers { tier quantity usageAmount flatAmount } }
      ... on InvalidInput { field message } ... on NoMatrixPrice { field message } } }`,
    { input },
    identity,
  );

const AMOUNTS = 'subtotal { minor } tax { minor } total { minor }';

async function previewed(
  { subscriptionId }: SubscriptionTerms,
  quantities: Readonly<Record<string, string>>,
  identity?: Identity,
): Promise<Row> {
  const usage = Object.entries(quantities).map(([meterId, quantity]) => ({ meterId, quantity }));
  const { data, errors } = await ask(
    `query ($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { __typename
      ... on InvoicePreview { customer { id } subscription { id } currency period { from to } taxTreatment taxes { percent } ${AMOUNTS}
        lines { kind meter { id } quantity includedQuantity amount { minor } period { from to } tiers { tier } } }
      ... on UnknownSubscription { subscriptionId } ... on SubscriptionOver { endedAt }
      ... on InvalidInput { field } } }`,
    { input: { subscriptionId, usage } },
    identity,
  );
  expect(errors).toBeUndefined();
  return data?.['previewInvoice'] as Row;
}

const invoiceOf = (customerId: string, index: number): Promise<Row> =>
  waitFor(`invoice ${index}`, async () => {
    const { data } = await ask(`query ($id: ID) { invoices(customerId: $id) { nodes { ${AMOUNTS} } } }`, {
      id: customerId,
    });
    return (data?.['invoices'] as { nodes: readonly Row[] }).nodes[index] ?? null;
  });

async function send<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  aggregate: string,
  data: Data,
  at?: string,
): Promise<void> {
  await platform.db.tenant(tenant.scope, async (tx) => {
    const occurredAt = at === undefined ? await tx.now() : instant(at);
    await publish(tx, [outgoing(contract, aggregate, occurredAt, data)]);
  });
}

/** A subscription whose first fee is invoiced. */
async function subscribe(country: string) {
  const customerId = newId('cus');
  const unknown = { email: null, taxId: null, address: null };
  const rest = { name: 'Ada', country, timeZone: 'UTC', currency: 'USD', createdOn: '2024-01-01' };
  await send(customerChanged, customerId, { customerId, revision: 1, ...unknown, ...rest });
  const terms = termsFor(customerId);
  const started = { terms, startsOn: '2024-01-01', period: monthOf(0) };
  await send(subscriptionStarted, terms.subscriptionId, started);
  await invoiceOf(customerId, 0);
  return { terms, customerId };
}

async function close(
  terms: SubscriptionTerms,
  index: number,
  quantities: Readonly<Record<string, string>>,
  revision = 1,
  next: { from: string; to: string } | null = monthOf(index + 1),
): Promise<void> {
  const meters = Object.entries(quantities).map(([meterId, quantity]) => ({
    meterId: meterId as never,
    quantity,
    events: 1,
  }));
  const totals = [{ terms, period: monthOf(index), index, next, revision, meters }];
  await send(usagePeriodTotalled, terms.subscriptionId, { totals }, MONTHS[index + 1]);
}

function monthOf(index: number) {
  return { from: MONTHS[index] ?? '', to: MONTHS[index + 1] ?? '' };
}

function termsFor(customerId: `cus_${string}`): SubscriptionTerms {
  const usage = { currency: 'USD', charge: 'usage' as const };
  const tier = (upTo: string | null, unitAmount: string) => ({ upTo, unitAmount, flatAmount: '0' });
  const fee = { currency: 'USD', charge: 'fee' as const, meterId: null, meterCode: null };
  const steps = [tier('10', '0.1'), tier(null, '0.05')];
  return upcastTerms({
    subscriptionId: newId('sub'),
    customerId,
    planId: newId('pln'),
    planName: 'Plan',
    planVersionId: newId('plv'),
    currency: 'USD',
    timeZone: 'UTC',
    entitlements: [],
    prices: [
      { ...fee, priceId: newId('prc'), description: 'Plan', model: { kind: 'flat', amount: '20' } },
      {
        ...usage,
        priceId: newId('prc'),
        meterId: TOKENS,
        meterCode: 'tokens',
        description: 'Tokens',
        model: { kind: 'per_unit', unitAmount: '0.0000015', includedUnits: '1000000' },
      },
      {
        ...usage,
        priceId: newId('prc'),
        meterId: CALLS,
        meterCode: 'calls',
        description: 'Calls',
        model: { kind: 'graduated', tiers: steps, includedUnits: '0' },
      },
    ],
  });
}
