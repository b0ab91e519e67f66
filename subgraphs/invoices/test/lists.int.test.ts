import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { INPUT, MONTHS, OUTPUT, startInvoices, type Invoices, type Subscribed } from './harness.js';

let suite: Invoices;
let tenant: TestTenant;
let mine: Subscribed;
let theirs: Subscribed;

interface Found {
  readonly nodes: readonly { readonly number: string | null; readonly createdAt: string }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly startCursor: string | null };
}

beforeAll(async () => {
  suite = await startInvoices();
  tenant = await suite.openTenant({ invoiceGraceSeconds: 0 });
  mine = await suite.subscribe(tenant, 'DE');
  theirs = await suite.subscribe(tenant, 'US');
  for (const index of [0, 1]) {
    await suite.close(tenant, mine.terms, { index, quantities: { [INPUT]: '1', [OUTPUT]: '1' } });
    await suite.invoiceOf(tenant, mine.customerId, index + 1, 'OPEN');
  }
});
afterAll(() => suite.stop());

const PAGE = `nodes { number createdAt } pageInfo { startCursor endCursor }`;

async function listed(
  args: string,
  caller = backend(tenant) as Parameters<Invoices['ask']>[0],
): Promise<Found> {
  const data = await suite.ask<{ invoices: Found }>(caller, `{ invoices(${args}) { ${PAGE} } }`);
  return data.invoices;
}
const numbers = ({ nodes }: Found) => nodes.map(({ number }) => number);

test('my latest invoices are asked for by order, and the last ones in the usual order', async () => {
  const [first, second, third, fourth] = numbers(await listed('first: 10'));
  expect(numbers(await listed('first: 2, orderBy: CREATED_AT_DESC'))).toEqual([fourth, third]);
  expect(numbers(await listed('last: 2'))).toEqual([third, fourth]);
  const newest = await listed('first: 1, orderBy: CREATED_AT_DESC');
  const cursor = newest.pageInfo.endCursor;
  expect(numbers(await listed(`first: 1, orderBy: CREATED_AT_DESC, after: "${cursor}"`))).toEqual([third]);
  expect(
    numbers(await listed(`last: 9, before: "${(await listed('last: 2')).pageInfo.startCursor}"`)),
  ).toEqual([first, second]);
});

test('invoices are found by customer, state, number, a part of it, and when they were drafted', async () => {
  const [first] = numbers(await listed('first: 1'));
  expect(numbers(await listed(`number: "${first}"`))).toEqual([first]);
  expect(numbers(await listed(`search: "${first?.slice(-4).toLowerCase()}"`))).toEqual([first]);
  expect(await listed('search: "%"')).toMatchObject({ nodes: [] });
  expect((await listed('search: "inv-"')).nodes).toHaveLength(4);
  expect((await listed(`customerId: "${theirs.customerId}", status: OPEN`)).nodes).toHaveLength(1);
  expect((await listed('status: DRAFT')).nodes).toEqual([]);
  const february = await listed(`created: { from: "${MONTHS[1]}", to: "${MONTHS[2]}" }`);
  expect(february.nodes.map(({ createdAt }) => createdAt)).toEqual([MONTHS[1]]);
});

test('invoices are sorted by what they come to, and counted, all and those of a customer', async () => {
  const totals = `totalCount nodes { total { amount } }`;
  const query = `query($id: ID!) { invoices(orderBy: TOTAL_DESC, currency: "USD") { ${totals} }
    few: invoices(customerId: $id) { totalCount }
    _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer { invoices(first: 1) { totalCount } } } }`;
  type Totals = { totalCount: number; nodes: { total: { amount: string } }[] };
  const found = await suite.ask<{ invoices: Totals; few: Totals; _entities: { invoices: Totals }[] }>(
    backend(tenant),
    query,
    { id: mine.customerId },
  );
  const amounts = found.invoices.nodes.map(({ total }) => Number(total.amount));
  expect(amounts).toEqual([...amounts].sort((left, right) => right - left));
  expect([found.invoices.totalCount, found.few.totalCount]).toEqual([4, 3]);
  expect(found._entities[0]?.invoices.totalCount).toBe(3);
});

test('a portal token’s filters stay within its customer', async () => {
  const owner = portal(tenant, theirs.customerId);
  expect((await listed('search: "inv-"', owner)).nodes).toHaveLength(1);
  expect((await listed(`customerId: "${mine.customerId}"`, owner)).nodes).toEqual([]);
});

test('a cursor of another list or order is rejected, and an empty one', async () => {
  const { endCursor } = (await listed('first: 1')).pageInfo;
  const rejects = (args: string) => suite.codeOf(backend(tenant), `{ invoices(${args}) { nodes { id } } }`);
  for (const args of [`after: "${endCursor}", orderBy: CREATED_AT_DESC`, 'after: ""', 'search: ""'])
    expect(await rejects(args)).toBe('BAD_USER_INPUT');
});

test('a customer’s own list takes order and state, the same page for many at once', async () => {
  const refs = [mine, theirs].map(({ customerId: id }) => ({ __typename: 'Customer', id }));
  const { _entities } = await suite.ask<{ _entities: { invoices: Found }[] }>(
    backend(tenant),
    `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Customer {
       invoices(first: 2, orderBy: CREATED_AT_DESC, status: OPEN) { ${PAGE} } } } }`,
    { refs },
  );
  expect(_entities.map(({ invoices }) => invoices.nodes.map(({ createdAt }) => createdAt))).toEqual([
    [MONTHS[2], MONTHS[1]],
    [MONTHS[0]],
  ]);
});
