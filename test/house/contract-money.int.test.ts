import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { setTestClock } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { startBusiness, unique, type Business, type SubgraphName } from './business.js';
import { openDoor } from './gateway-door.js';

const LINES = `nodes { id status subtotal { amount } discount { amount } total { amount }
  lines { kind key amount { amount } } }`;
const MADE = { CONTRACT: 'contract { id commitments { id } }', SUBSCRIPTION: 'subscription { id }' } as const;
const FEE = { key: 'fee', currency: 'EUR', price: { flat: { flatAmount: '20.00' } } };

let business: Business;

beforeAll(async () => {
  business = await startBusiness();
});
afterAll(() => business.stop());

interface Invoice {
  readonly status: string;
  readonly subtotal: { readonly amount: string };
  readonly discount: { readonly amount: string };
  readonly lines: readonly {
    readonly kind: string;
    readonly key: string;
    readonly amount: { amount: string };
  }[];
}

async function send<T>(subgraph: SubgraphName, name: string, { input, type, fields }: Sent): Promise<T> {
  const { tenant, on } = business;
  const data = await on(subgraph).command<T>(backend(tenant), {
    name,
    input,
    selected: `... on ${type} { ${fields} }`,
  });
  expect(data).toMatchObject({ __typename: type });
  return data;
}

interface Sent {
  readonly input: object;
  readonly type: string;
  readonly fields: string;
}

const now = async (): Promise<string> =>
  business.platform.db.tenant(business.tenant.scope, async (tx) => tx.now());

const advance = (to: string): Promise<void> => setTestClock(business.platform, business.tenant.id, to);

async function invoicesOf(customerId: string, count: number): Promise<readonly Invoice[]> {
  const query = `query ($id: ID) { invoices(customerId: $id) { ${LINES} } }`;
  return waitFor(`${count} invoices`, async () => {
    const { tenant, on } = business;
    const asked = { id: customerId };
    const data = await on('invoices').ask<{ invoices: { nodes: Invoice[] } }>(backend(tenant), query, asked);
    const { nodes } = data.invoices;
    return nodes.length >= count && nodes.every(({ status }) => status !== 'DRAFT') && nodes;
  });
}

async function subscribed(prices: readonly object[], known?: string) {
  const customerId = known ?? (await business.customer());
  const plan = await send<{ plan: { id: string } }>('plans', 'createPlan', {
    input: { name: 'Pro', code: unique(), interval: 'MONTH', prices },
    type: 'PlanCreated',
    fields: 'plan { id }',
  });
  const { subscription } = await send<{ subscription: { id: string } }>('plans', 'createSubscription', {
    input: { customerId, planId: plan.plan.id, currency: 'EUR' },
    type: 'SubscriptionCreated',
    fields: MADE.SUBSCRIPTION,
  });
  return { customerId, subscriptionId: subscription.id };
}

const sign = (input: object) =>
  send<{ contract: { id: string; commitments: { id: string }[] } }>('plans', 'createContract', {
    input,
    type: 'ContractCreated',
    fields: MADE.CONTRACT,
  });

async function use(customerId: string, { type, count }: { readonly type: string; readonly count: number }) {
  const timestamp = await now();
  const events = Array.from({ length: count }, () => ({ id: unique(), customerId, type, timestamp }));
  await send('usage', 'reportUsage', { input: { events }, type: 'UsageReported', fields: 'accepted' });
}

test('what is paid in advance is drawn by usage at the rates of the contract, and only the rest is due', async () => {
  const eventType = `calls${unique()}`;
  const { meter } = await send<{ meter: { id: string } }>('usage', 'createMeter', {
    input: { code: eventType, name: 'Calls', eventType, aggregation: 'COUNT' },
    type: 'MeterCreated',
    fields: 'meter { id }',
  });
  const price = { perUnit: { unitAmount: '1' } };
  const { customerId, subscriptionId } = await subscribed([
    FEE,
    { key: 'use', currency: 'EUR', meterId: meter.id, price },
  ]);
  const rates = [{ key: 'use', price: { perUnit: { unitAmount: '0.50' } } }];
  const { contract } = await sign({
    customerId,
    subscriptions: [{ subscriptionId, rates }],
    termMonths: 12,
    commitment: { amount: '30' },
  });
  await use(customerId, { type: eventType, count: 40 });
  await advance('2024-02-05T00:00:00.000Z');
  const first = await invoicesOf(customerId, 4);
  expect(
    first.flatMap(({ lines }) => lines.map(({ kind, key, amount }) => [kind, key, amount.amount])),
  ).toEqual(
    expect.arrayContaining([
      ['ONE_OFF', 'commitment', '30.00'],
      ['USAGE', 'use', '20.00'],
    ]),
  );
  expect(first.at(-1)).toMatchObject({ subtotal: { amount: '40.00' }, discount: { amount: '20.00' } });
  await use(customerId, { type: eventType, count: 50 });
  await advance('2024-03-05T00:00:00.000Z');
  const second = await invoicesOf(customerId, 5);
  expect(second.at(-1)).toMatchObject({ subtotal: { amount: '45.00' }, discount: { amount: '10.00' } });
  const id = contract.commitments[0]?.id;
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on ContractCommitment { drawn { amount } remaining { amount } } } }`;
  const { tenant, on } = business;
  const of = [{ __typename: 'ContractCommitment', id }];
  expect(await on('invoices').ask(backend(tenant), query, { of })).toMatchObject({
    _entities: [{ drawn: { amount: '30.00' }, remaining: { amount: '0.00' } }],
  });
});

test('an end before the term bills the agreed part of the fees that are left', async () => {
  const { customerId, subscriptionId } = await subscribed([FEE]);
  const { contract } = await sign({
    customerId,
    subscriptions: [{ subscriptionId }],
    termMonths: 6,
    terminationFee: { percentOfRemainingFees: '50' },
  });
  await send('plans', 'terminateContract', {
    input: { contractId: contract.id },
    type: 'ContractTerminated',
    fields: 'contract { id }',
  });
  const invoices = await invoicesOf(customerId, 2);
  // Five whole months of 20.00, and half of them.
  expect(invoices.at(-1)?.lines).toMatchObject([{ key: 'early_termination', amount: { amount: '50.00' } }]);
});

const PREVIEW = `query ($input: PreviewSubscriptionInput!) { previewSubscription(input: $input) { __typename
  ... on Rejection { message } ... on SubscriptionPreview { subscription { status quantity }
    invoice { total { amount } } invoices { lines { kind key } total { amount } } } } }`;

test('what a contract or a quote would bill is what it then bills, one invoice for each subscription', async () => {
  const door = await openDoor(business);
  const [{ customerId, subscriptionId }, seats] = [await subscribed([FEE]), { quantity: '3' }];
  const perSeat = { key: 'fee', currency: 'EUR', price: { perUnit: { unitAmount: '10.00' } } };
  const other = await subscribed([perSeat], customerId);
  const rates = [{ key: 'fee', price: { flat: { flatAmount: '15.00' } } }];
  const members = [{ subscriptionId, rates }, { subscriptionId: other.subscriptionId }];
  const input = { customerId, subscriptions: members, termMonths: 12, terminationFee: { amount: '50' } };
  const preview = async (command: object) =>
    (await door.ask(PREVIEW, { input: command })).data?.['previewSubscription'] as {
      readonly invoices: readonly { readonly lines: readonly object[]; readonly total: { amount: string } }[];
      readonly message?: string;
    };
  const before = (await invoicesOf(customerId, 2)).length;
  const made = async (shown: { readonly invoices: readonly object[] }, so: number) =>
    (await invoicesOf(customerId, so + shown.invoices.length)).slice(so);
  const signing = await preview({ createContract: input });
  const { contract } = await sign(input);
  expect(await made(signing, before)).toMatchObject(signing.invoices);
  const amendment = {
    contractId: contract.id,
    subscriptions: [{ subscriptionId }, { subscriptionId: other.subscriptionId }].map((one) => ({
      ...one,
      ...seats,
    })),
  };
  const amending = await preview({ amendContract: amendment });
  await send('plans', 'amendContract', {
    input: amendment,
    type: 'ContractAmended',
    fields: 'contract { id }',
  });
  const so = before + signing.invoices.length;
  expect([amending.message, await made(amending, so)]).toMatchObject([undefined, amending.invoices]);
  const ending = { contractId: contract.id, unusedFees: 'PRORATED' };
  const end = await preview({ terminateContract: ending });
  await send('plans', 'terminateContract', {
    input: ending,
    type: 'ContractTerminated',
    fields: 'contract { id }',
  });
  expect(end.invoices).toMatchObject([{ lines: [{ key: 'early_termination' }] }]);
  expect(await made(end, so + amending.invoices.length)).toMatchObject(end.invoices);
  const { quote } = await send<{ quote: { id: string } }>('plans', 'createQuote', {
    input: { customerId, subscription: { planId: await business.plan(), currency: 'USD' } },
    ...{ type: 'QuoteCreated', fields: 'quote { id }' },
  });
  const quoted = { quoteId: quote.id };
  const taken = await preview({ acceptQuote: quoted });
  expect(taken.invoices).toHaveLength(1);
  await send('plans', 'acceptQuote', { input: quoted, type: 'QuoteAccepted', fields: 'quote { id }' });
  const all = so + amending.invoices.length + end.invoices.length;
  expect(await made(taken, all)).toMatchObject(taken.invoices);
  expect(await preview({ acceptQuote: quoted })).toMatchObject({ __typename: 'QuoteNotOpen' });
  // A contract that changes no subscription shows the first that it covers.
  expect(await preview({ terminateContract: { contractId: contract.id } })).toMatchObject({
    __typename: 'ContractNotActive',
  });
  await door.close();
});
