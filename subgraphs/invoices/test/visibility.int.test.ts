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
