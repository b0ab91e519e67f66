import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend, portal } from '@tollgate/testing/callers';
import { startInvoices, type Invoices } from './harness.js';

interface Page {
  readonly invoices: { readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } };
}

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

test('a watcher gets the latest invoices first and then every committed change, its own customer only', async () => {
  const own = await suite.openTenant();
  const { customerId } = await suite.subscribe(own, 'US');
  const { id } = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  const customer = portal(own, customerId);
  const updates = await suite.live(customer, `subscription { invoiceUpdated { id status customer { id } } }`);
  const next = async () => (await updates.next()).value?.data?.['invoiceUpdated'];
  expect(await next()).toEqual({ id, status: 'OPEN', customer: { id: customerId } });
  await suite.subscribe(own, 'US');
  await suite.voidIt(own, id, 'test');
  expect(await next()).toMatchObject({ id, status: 'VOID' });
  const pending = updates.next();
  await updates.return?.();
  expect((await pending).done).toBe(true);
});

test('a backend without a customer sees changes of the whole tenant', async () => {
  const own = await suite.openTenant();
  const updates = await suite.live(
    backend(own),
    `subscription { invoiceUpdated { status customer { id } } }`,
  );
  const first = updates.next();
  const { customerId } = await suite.subscribe(own, 'US');
  expect((await first).value?.data).toEqual({
    invoiceUpdated: { status: 'OPEN', customer: { id: customerId } },
  });
  await updates.return?.();
});

test('a portal token sees its own invoices and changes none', async () => {
  const own = await suite.openTenant();
  const mine = await suite.subscribe(own, 'US');
  const other = await suite.subscribe(own, 'US');
  const { id } = await suite.invoiceOf(own, other.customerId, 0, 'OPEN');
  await suite.invoiceOf(own, mine.customerId, 0, 'OPEN');
  const customer = portal(own, mine.customerId);
  const query = `query ($id: ID!, $other: ID!) {
      invoice(id: $id) { id }
      invoices { nodes { customer { id } } }
      foreign: invoices(customerId: $other) { nodes { id } }
    }`;
  expect(await suite.ask(customer, query, { id, other: other.customerId })).toEqual({
    invoice: null,
    invoices: { nodes: [{ customer: { id: mine.customerId } }] },
    foreign: { nodes: [] },
  });
  const write = `mutation ($id: ID!) { voidInvoice(input: { invoiceId: $id, reason: "x" }) { __typename } }`;
  expect(await suite.codeOf(customer, write, { id })).toBe('FORBIDDEN');
  const watched = await suite.live(
    customer,
    `subscription ($id: ID) { invoiceUpdated(customerId: $id) { id } }`,
    { id: other.customerId },
  );
  expect((await watched.next()).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('invoices are listed by page and status, and hang on customers', async () => {
  const own = await suite.openTenant();
  const [one, two] = [await suite.subscribe(own, 'US'), await suite.subscribe(own, 'DE')];
  for (const { customerId } of [one, two]) await suite.invoiceOf(own, customerId, 0, 'OPEN');
  const page = `query ($after: String) {
    invoices(first: 1, after: $after, status: OPEN) { nodes { id } pageInfo { hasNextPage endCursor } }
  }`;
  const first = (await suite.ask<Page>(backend(own), page)).invoices;
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await suite.ask(backend(own), page, { after: first.pageInfo.endCursor });
  expect(second).toMatchObject({ invoices: { pageInfo: { hasNextPage: false } } });
  const entities = await suite.ask(
    backend(own),
    `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Customer { invoices(first: 5) { nodes { customer { id } } } } } }`,
    { refs: [one, two].map(({ customerId }) => ({ __typename: 'Customer', id: customerId })) },
  );
  expect(entities).toEqual({
    _entities: [one, two].map(({ customerId }) => ({
      invoices: { nodes: [{ customer: { id: customerId } }] },
    })),
  });
});

test('invoices are found by number, subscription and time, newest first where that is asked for', async () => {
  const own = await suite.openTenant();
  const [one, two] = [await suite.subscribe(own, 'US'), await suite.subscribe(own, 'DE')];
  const ids: string[] = [];
  for (const { customerId } of [one, two])
    ids.push(String((await suite.invoiceOf(own, customerId, 0, 'OPEN')).id));
  const list = async (args: string) =>
    (
      await suite.ask<{
        invoices: { nodes: { id: string; number: string }[]; pageInfo: { endCursor: string } };
      }>(backend(own), `{ invoices(${args}) { nodes { id number } pageInfo { endCursor } } }`)
    ).invoices;
  const found = async (args: string) => (await list(args)).nodes.map(({ id }) => id);
  const ordered = [...ids].sort();
  expect(await found('orderBy: CREATED_AT_DESC')).toEqual([...ordered].reverse());
  expect(await found('last: 1')).toEqual([ordered[1]]);
  const { nodes, pageInfo } = await list('first: 1');
  expect(await found(`number: "${String(nodes[0]?.number)}"`)).toEqual([ordered[0]]);
  expect(await found('number: "INV-999999"')).toEqual([]);
  expect(await found('created: { to: "2000-01-01T00:00:00Z" }')).toEqual([]);
  expect(await found('created: { from: "2000-01-01T00:00:00Z" }, status: OPEN')).toEqual(ordered);
  expect(await found(`after: "${pageInfo.endCursor}"`)).toEqual([ordered[1]]);
  for (const args of ['after: ""', `after: "${pageInfo.endCursor}", orderBy: CREATED_AT_DESC`])
    expect(await suite.codeOf(backend(own), `{ invoices(${args}) { nodes { id } } }`)).toBe('BAD_USER_INPUT');
  const customers = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Customer {
    invoices(after: "${pageInfo.endCursor}") { nodes { id } } } } }`;
  const refs = [{ __typename: 'Customer', id: one.customerId }];
  expect(await suite.codeOf(backend(own), customers, { refs })).toBe('BAD_USER_INPUT');
});
