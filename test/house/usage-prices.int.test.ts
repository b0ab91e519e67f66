import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { setTestClock } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { startBusiness, unique, type Business, type SubgraphName } from './business.js';

let business: Business;

beforeAll(async () => {
  business = await startBusiness();
});
afterAll(() => business.stop());

interface Sent {
  readonly input: object;
  readonly selected: string;
}

const send = <T>(subgraph: SubgraphName, name: string, { input, selected }: Sent): Promise<T> => {
  const { tenant, on } = business;
  return on(subgraph).command<T>(backend(tenant), { name, input, selected });
};

async function meter(property: string): Promise<string> {
  const code = `m${unique()}`;
  const counted = { code, name: code, eventType: code, aggregation: 'SUM', property };
  const { meter: made } = await send<{ meter: { id: string } }>('usage', 'createMeter', {
    input: { ...counted, groupBy: ['region', 'size'] },
    selected: '... on MeterCreated { meter { id } }',
  });
  types.set(made.id, code);
  return made.id;
}

const types = new Map<string, string>();

async function subscribed(customerId: string, prices: readonly object[]) {
  const { plan } = await send<{ plan: { id: string } }>('plans', 'createPlan', {
    input: { name: 'Pro', code: unique(), interval: 'MONTH', prices },
    selected: '... on PlanCreated { plan { id } } ... on InvalidInput { field message }',
  });
  return send<{ __typename: string; meterId?: string }>('plans', 'createSubscription', {
    input: { customerId, planId: plan.id, currency: 'USD' },
    selected: '... on SubscriptionCreated { subscription { id } } ... on MeterAlreadyPriced { meterId }',
  });
}

async function use(customerId: string, meterId: string, all: readonly object[]): Promise<void> {
  const { platform, tenant } = business;
  const sinceMs = Date.parse(await platform.db.tenant(tenant.scope, async (tx) => tx.now()));
  const events = all.map((properties, second) => {
    const timestamp = new Date(sinceMs + second * 1_000).toISOString();
    return { id: unique(), customerId, type: types.get(meterId), timestamp, properties };
  });
  const selected = '... on UsageReported { accepted }';
  expect(await send('usage', 'reportUsage', { input: { events }, selected })).toMatchObject({
    accepted: all.length,
  });
}

const LINES = `nodes { lines { key quantity amount { amount }
  groups { dimensions { name value } quantity unitAmount amount } otherGroups { count } } }`;

interface Shown {
  readonly lines: readonly { readonly key: string; readonly groups: readonly object[] }[];
}

const linesOf = (customerId: string, count: number): Promise<Shown['lines']> =>
  waitFor(`${count} lines`, async () => {
    const { tenant, on } = business;
    const query = `query ($id: ID) { invoices(customerId: $id) { ${LINES} } }`;
    const asked = { id: customerId };
    const data = await on('invoices').ask<{ invoices: { nodes: Shown[] } }>(backend(tenant), query, asked);
    const lines = data.invoices.nodes.flatMap((one) => one.lines);
    return lines.length >= count && lines;
  });

const region = (value: string) => [{ name: 'region', value }];
const group = (first: string, second: string) => [
  { name: 'region', value: first },
  { name: 'size', value: second },
];

test('prices of one meter are told apart by filters, in one subscription and in several, and each is billed its own', async () => {
  const customerId = await business.customer();
  const pay = await meter('amount');
  const vm = await meter('hours');
  const percentage = { ratePercent: '2.9', fixedPerEvent: '0.30', freeEvents: 1, maxPerEvent: '25' };
  const usd = { currency: 'USD' };
  const rows = [
    { match: region('eu'), unitAmount: '0.10' },
    { match: group('eu', 'xl'), unitAmount: '0.42' },
  ];
  await subscribed(customerId, [
    { ...usd, key: 'eu', meterId: pay, filter: region('eu'), price: { percentage } },
    { ...usd, key: 'us', meterId: pay, filter: region('us'), price: { dynamic: {}, maximumAmount: '90' } },
    { ...usd, key: 'vm', meterId: vm, price: { matrix: { rows, defaultUnitAmount: '0.08' } } },
  ]);
  const unit = { perUnit: { unitAmount: '0.1' } };
  const asia = { ...usd, key: 'asia', meterId: pay, filter: region('asia'), price: unit };
  expect(await subscribed(customerId, [asia])).toMatchObject({ __typename: 'SubscriptionCreated' });
  for (const filter of [[], region('eu'), [{ name: 'size', value: 'xl' }]]) {
    const rejected = await subscribed(customerId, [{ ...asia, filter }]);
    expect(rejected).toMatchObject({ __typename: 'MeterAlreadyPriced', meterId: pay });
  }
  const payments = [
    ...['40', '500', '100.00', '2000'].map((amount) => ({ region: 'eu', amount })),
    ...['60', '40'].map((amount) => ({ region: 'us', amount })),
    ...[{ region: 'asia', amount: '7', size: 'xl' }, { amount: '1000000' }],
  ];
  await use(customerId, pay, payments);
  await use(customerId, vm, [
    { region: 'eu', size: 's', hours: '10' },
    { region: 'eu', size: 'xl', hours: '5' },
    { region: 'us', hours: '100' },
  ]);
  await setTestClock(business.platform, business.tenant.id, '2024-02-01T06:00:00.000Z');
  const lines = await linesOf(customerId, 4);
  const byKey = new Map(lines.map((line) => [line.key, line]));
  expect(byKey.get('eu')).toMatchObject({ quantity: '2640', amount: { amount: '43.00' } });
  expect(byKey.get('us')).toMatchObject({ quantity: '100', amount: { amount: '90.00' } });
  expect(byKey.get('asia')).toMatchObject({ quantity: '7', amount: { amount: '0.70' } });
  expect(byKey.get('vm')).toMatchObject({
    quantity: '115',
    amount: { amount: '11.10' },
    groups: [
      { dimensions: group('us', ''), quantity: '100', unitAmount: '0.08', amount: '8' },
      { dimensions: group('eu', 'xl'), quantity: '5', unitAmount: '0.42', amount: '2.1' },
      { dimensions: group('eu', 's'), quantity: '10', unitAmount: '0.1', amount: '1' },
    ],
    otherGroups: null,
  });
});

test('a matrix of 10,000 cells is sold and billed, the greatest groups one by one', async () => {
  const customerId = await business.customer();
  const vm = await meter('hours');
  const rows = Array.from({ length: 10_000 }, (_, i) => ({
    match: group(`r${Math.floor(i / 100)}`, `s${i % 100}`),
    unitAmount: `0.${String(i + 1).padStart(5, '0')}`,
  }));
  await subscribed(customerId, [
    { currency: 'USD', key: 'vm', meterId: vm, price: { matrix: { rows, defaultUnitAmount: '0' } } },
  ]);
  const all = Array.from({ length: 60 }, (_, i) => ({ region: `r${i}`, size: `s${i}`, hours: '10' }));
  await use(customerId, vm, all);
  await use(customerId, vm, [...all.map((one) => ({ ...one, size: 's99' }))]);
  await setTestClock(business.platform, business.tenant.id, '2024-03-01T06:00:00.000Z');
  const [line] = await linesOf(customerId, 1);
  expect(line?.groups).toHaveLength(100);
  // 10 × (Σ (101 i + 1) + Σ (100 i + 100)) ÷ 100,000, i from 0 to 59.
  expect(line).toMatchObject({ quantity: '1200', amount: { amount: '36.18' }, otherGroups: { count: 20 } });
});
