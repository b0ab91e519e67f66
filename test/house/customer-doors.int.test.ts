import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { collect, eventually, socketClient } from '../../gateway/test/harness.js';
import { startBusiness, type Business } from './business.js';
import { openDoor, type Door } from './gateway-door.js';
import { CUSTOMER_LISTS } from './supergraph.js';
import { breakable, type Line } from './line.js';

let business: Business;
let door: Door;
let line: Line;
const clients: Client[] = [];

beforeAll(async () => {
  business = await startBusiness();
  line = breakable(business.endpoints, 'plans');
  door = await openDoor(business, line.endpoints);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(async () => {
  await door.close();
  await business.stop();
});

const socket = (token: string): Client => {
  const client = socketClient(door.url, { authorization: `Bearer ${token}` });
  clients.push(client);
  return client;
};

async function read<T>(query: string, variables: object, token?: string): Promise<T> {
  const { data, errors } = await door.ask(query, variables, token);
  expect(errors).toBeUndefined();
  return data as T;
}

const change = (name: string, input: object) =>
  business.on('plans').command(backend(business.tenant), { name, input });

async function subscribed(more: object = {}) {
  const customerId = await business.customer();
  const { subscription } = await business
    .on('plans')
    .command<{ subscription: { id: string } }>(backend(business.tenant), {
      name: 'createSubscription',
      input: { customerId, planId: await business.plan(), ...more },
      selected: '... on SubscriptionCreated { subscription { id } }',
    });
  return { customerId, subscriptionId: subscription.id };
}

const PAYMENTS = 'subscription { paymentUpdated { status customer { id name } } }';
type Updated = Readonly<Record<string, Record<string, string>>>;

const WATCH = 'subscription ($of: ID) { subscriptionUpdated(customerId: $of) { id status quantity } }';

test('a watcher of subscriptions is told every change, and what it missed while the line was broken', async () => {
  const { customerId, subscriptionId } = await subscribed({ trialDays: 14 });
  const received = collect(socket(door.apiKey), WATCH, { of: customerId });
  const last = () => (received.events.at(-1) as Updated | undefined)?.['subscriptionUpdated'];
  await eventually(() => last()?.status === 'TRIALING', 'the subscription as it is');
  await change('changeSubscription', { subscriptionId, quantity: '2' });
  await eventually(() => last()?.quantity === '2', 'a change');
  line.cut();
  await change('changeSubscription', { subscriptionId, quantity: '3' });
  await change('cancelSubscription', { subscriptionId, when: 'PERIOD_END' });
  line.mend();
  await eventually(() => last()?.status === 'CANCELLING', 'what changed meanwhile');
  expect(last()).toEqual({ id: subscriptionId, status: 'CANCELLING', quantity: '3' });
  expect([received.failure, received.errors]).toEqual([undefined, []]);
});

test('a customer watches its own subscriptions and no others', async () => {
  const [mine, theirs] = [await subscribed(), await subscribed()];
  const token = await door.portalToken(mine.customerId);
  const own = collect(socket(token), WATCH, {});
  const foreign = collect(socket(token), WATCH, { of: theirs.customerId });
  await eventually(() => own.events.length > 0, 'its subscription');
  const payments = collect(socket(token), PAYMENTS, {});
  await eventually(() => JSON.stringify(payments.events).includes('"DECLINED"'), 'its payment');
  expect(JSON.stringify(payments.events)).toMatch(`"id":"${mine.customerId}","name":"`);
  await change('cancelSubscription', { subscriptionId: theirs.subscriptionId, when: 'NOW' });
  await change('cancelSubscription', { subscriptionId: mine.subscriptionId, when: 'NOW' });
  await eventually(() => JSON.stringify(own.events).includes('ENDED'), 'its end');
  expect(JSON.stringify([own.events, foreign.events])).not.toContain(theirs.subscriptionId);
});

const TIMELINE = `query ($id: ID!, $first: Int, $after: String) { customer(id: $id) { timeline(first: $first, after: $after) {
  edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  nodes { id at text by actor subscription { id status } contract { id } quote { id status } invoice { id number } payment { id status } } } } }`;

interface Entry {
  readonly id: string;
  readonly text: string;
  readonly by: string;
  readonly actor: string | null;
  readonly invoice: object | null;
  readonly payment: object | null;
  readonly subscription: object | null;
}

interface Shown {
  readonly customer: {
    readonly timeline: {
      readonly nodes: readonly Entry[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  } | null;
}

const timelineOf = async (
  id: string,
  { token, ...page }: { token?: string; first?: number; after?: string | null },
) => (await read<Shown>(TIMELINE, { id, ...page }, token)).customer?.timeline;

/** All of it, page by page. */
async function paged(id: string, first: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after: string | null = null; ;) {
    const page = await timelineOf(id, { first, after });
    entries.push(...(page?.nodes ?? []));
    if (page?.pageInfo.hasNextPage !== true) return entries;
    after = page.pageInfo.endCursor;
  }
}

test('a timeline tells what happened in every context, in order, by whom, with links, page by page', async () => {
  const { customerId, subscriptionId } = await subscribed();
  await waitFor('what others tell of it', async () =>
    (await paged(customerId, 200)).some(({ text }) => text.startsWith('An invoice could not be charged')),
  );
  await change('createContract', { customerId, subscriptions: [{ subscriptionId }], termMonths: 12 });
  const all = await paged(customerId, 200);
  const texts = all.map(({ text }) => text).reverse();
  const order = [
    'The customer was made.',
    'A subscription was made.',
    'An invoice was made.',
    'The contract began.',
  ];
  expect(texts.filter((text) => order.includes(text))).toEqual(order);
  const entry = (text: string) => all.find((one) => one.text.startsWith(text));
  expect(entry('A subscription was made.')).toMatchObject({
    ...{
      by: 'TENANT',
      actor: 'key_test',
      subscription: { id: subscriptionId },
      invoice: null,
    },
  });
  expect(entry('Invoice INV-')).toMatchObject({ by: 'TENANT', invoice: { number: expect.any(String) } });
  expect(entry('A payment was declined')).toMatchObject({ payment: { status: 'DECLINED' } });
  expect(entry('A contract was signed.')).toMatchObject({ contract: { id: expect.stringMatching(/^ctr_/) } });
  // What comes while it is read comes before the first page.
  const three = (await paged(customerId, 3)).map(({ id }) => id);
  expect(three.slice(-all.length)).toEqual(all.map(({ id }) => id));
});

test('a customer sees its own timeline, and of the people of the tenant none', async () => {
  const [mine, theirs] = [await subscribed(), await subscribed()];
  const token = await door.portalToken(mine.customerId);
  const own = (await timelineOf(mine.customerId, { token }))?.nodes ?? [];
  expect(own.length).toBeGreaterThan(1);
  expect(own.map(({ actor }) => actor)).toEqual(own.map(() => null));
  expect(await timelineOf(theirs.customerId, { token })).toBeUndefined();
  const { errors } = await door.ask(TIMELINE, { id: mine.customerId, after: 'nonsense' }, token);
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('a customer sees what its own next invoice will be, and no other', async () => {
  const [mine, theirs] = [await subscribed(), await subscribed()];
  const token = await door.portalToken(mine.customerId);
  const query = `query ($id: ID!) { subscription(id: $id) { id upcomingInvoice { subtotal { amount } } } }`;
  expect(await read(query, { id: mine.subscriptionId }, token)).toMatchObject({
    subscription: { upcomingInvoice: { subtotal: { amount: '20.00' } } },
  });
  expect(await read(query, { id: theirs.subscriptionId }, token)).toEqual({ subscription: null });
});

test('what waits for its first payment gives no access, and a parent that pays sees nothing else of its child', async () => {
  const { customerId, subscriptionId } = await subscribed({ activation: 'ON_PAYMENT' });
  const status = 'query ($id: ID!) { subscription(id: $id) { status activatesUntil } }';
  const asked = { id: subscriptionId };
  expect(await read(status, asked)).toMatchObject({ subscription: { status: 'INCOMPLETE' } });
  const token = await door.portalToken(customerId);
  expect(await read(status, asked, token)).toMatchObject({ subscription: { status: 'INCOMPLETE' } });
  const payerId = await business.customer();
  const child = customerId;
  const of = { id: child };
  const payer = `mutation ($input: ChangeCustomerPayerInput!) { changeCustomerPayer(input: $input) { __typename } }`;
  await read(payer, { input: { customerId: child, payerId } });
  const parentToken = await door.portalToken(payerId);
  for (const list of CUSTOMER_LISTS) {
    const shown = await read<{ customer: object }>(
      `query ($id: ID!) { customer(id: $id) { id ${list} } }`,
      of,
      parentToken,
    );
    expect([list, JSON.stringify(shown)]).toEqual([list, expect.not.stringContaining('__typename')]);
  }
});

test('what a customer was granted counts for it through the gateway', async () => {
  const customerId = await business.customer();
  const grant = `mutation ($input: GrantEntitlementInput!) { grantEntitlement(input: $input) { __typename } }`;
  await read(grant, { input: { customerId, feature: 'sso' } });
  const query = `query ($id: ID!) { entitlement(customerId: $id, feature: "sso") { allowed } }`;
  const token = await door.portalToken(customerId);
  expect(await read(query, { id: customerId }, token)).toEqual({ entitlement: { allowed: true } });
});

test('who pays by hand has what is unused given back at once, though the invoice of it was a draft', async () => {
  const { tenant, on } = business;
  const customer = { name: 'Ada', country: 'DE', collection: 'MANUAL' };
  const made = await on('tenancy').command<{ customer: { id: string } }>(backend(tenant), {
    ...{ name: 'createCustomer', input: customer, selected: '... on CustomerCreated { customer { id } }' },
  });
  const customerId = made.customer.id;
  const planId = await business.meteredPlan();
  const { subscription } = await on('plans').command<{ subscription: { id: string } }>(backend(tenant), {
    name: 'createSubscription',
    input: { customerId, planId, startsOn: '2023-12-01' },
    selected: '... on SubscriptionCreated { subscription { id } }',
  });
  const invoicesOf = async () => {
    const query =
      'query ($id: ID) { invoices(customerId: $id) { nodes { status lines { kind } creditNotes { id } } } }';
    return (
      await read<{ invoices: { nodes: { status: string; creditNotes: object[] }[] } }>(query, {
        id: customerId,
      })
    ).invoices.nodes;
  };
  const isDraft = ({ status }: { readonly status: string }) => status === 'DRAFT';
  await waitFor('the draft that closes the last month', async () => (await invoicesOf()).some(isDraft));
  await change('cancelSubscription', {
    subscriptionId: subscription.id,
    when: 'NOW',
    unusedFees: 'PRORATED',
  });
  // Waiting for a payment that nobody makes would take twice as long.
  await waitFor('the credit note', async () =>
    (await invoicesOf()).some(({ creditNotes }) => creditNotes.length > 0),
  );
});
