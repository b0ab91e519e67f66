import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { customerOf, startInvoices, type Invoices } from './harness.js';

let invoices: Invoices;

beforeAll(async () => {
  invoices = await startInvoices();
});
afterAll(() => invoices.stop());

type Made = { readonly __typename: string; readonly chargeItem: { readonly id: string } };
const ITEM = 'id code name prices { currency amount } archivedAt';
const create = (of: TestTenant, input: object) =>
  invoices.command<Made>(backend(of), {
    name: 'createChargeItem',
    input,
    selected: `... on ChargeItemCreated { chargeItem { ${ITEM} } } ... on InvalidInput { field } ... on ChargeItemCodeTaken { code }`,
  });
const charge = (of: TestTenant, customerId: string, items: readonly object[], more: object = {}) =>
  invoices.command<object>(backend(of), {
    name: 'createCharge',
    input: { customerId, items, ...more },
    selected: `... on InvalidInput { field } ... on InvalidAmount { field } ... on UnknownChargeItem { chargeItemId }
      ... on ArchivedChargeItem { chargeItemId } ... on ChargeItemNotPriced { chargeItemId currency }`,
  });
const SETUP = {
  code: 'setup',
  name: 'Setting up',
  prices: [
    { currency: 'USD', amount: '250.00' },
    { currency: 'EUR', amount: '0.005' },
  ],
};

async function world() {
  const tenant = await invoices.openTenant();
  const customerId = newId('cus');
  const data = customerOf(customerId, 'US', 1);
  await invoices.tell(tenant, customerChanged, { aggregate: customerId, data });
  const { chargeItem } = await create(tenant, SETUP);
  return { tenant, customerId, id: chargeItem.id };
}

test('an item of the catalogue says what a charge does not', async () => {
  const { tenant, customerId, id } = await world();
  const own = { chargeItemId: id, key: 'setup-2', description: 'Again', amount: '10', quantity: '3' };
  const answer = await charge(tenant, customerId, [{ chargeItemId: id }, own, { key: 'x', amount: '1' }]);
  expect(answer).toMatchObject({ __typename: 'ChargeCreated' });
  const { lines } = await invoices.invoiceOf(tenant, customerId, 0);
  expect(lines).toMatchObject([
    { kind: 'ONE_OFF', key: 'setup', description: 'Setting up', quantity: '1', amount: { minor: '25000' } },
    { key: 'setup-2', description: 'Again', quantity: '3', amount: { minor: '3000' } },
    { key: 'x', amount: { minor: '100' } },
  ]);
  const euros = [{ chargeItemId: id, quantity: '300' }];
  expect(await charge(tenant, customerId, euros, { currency: 'EUR' })).toMatchObject({
    __typename: 'ChargeCreated',
  });
  expect((await invoices.invoiceOf(tenant, customerId, 1)).lines).toMatchObject([
    { amount: { minor: '150' } },
  ]);
});

test('what cannot be charged is rejected by its reason, and nothing is billed', async () => {
  const { tenant, customerId, id } = await world();
  const rejected = async (item: object, more: object = {}) => charge(tenant, customerId, [item], more);
  const unknown = { chargeItemId: newId('chi') };
  expect(await rejected(unknown)).toMatchObject({ __typename: 'UnknownChargeItem', ...unknown });
  expect(await rejected({ chargeItemId: id }, { currency: 'GBP' })).toMatchObject({
    ...{ __typename: 'ChargeItemNotPriced', chargeItemId: id, currency: 'GBP' },
  });
  expect(await rejected({ amount: '1' })).toMatchObject({ field: 'input.items[0].key' });
  expect(await rejected({ key: 'x' })).toMatchObject({ field: 'input.items[0].amount' });
  expect(await rejected({ chargeItemId: id, amount: '-1' })).toMatchObject({ __typename: 'InvalidAmount' });
  expect(await rejected({ chargeItemId: id, quantity: '0.001' }, { currency: 'EUR' })).toMatchObject({
    __typename: 'InvalidAmount',
  });
  const archived = { name: 'archiveChargeItem', input: { chargeItemId: id }, selected: '__typename' };
  for (let twice = 0; twice < 2; twice += 1)
    expect(await invoices.command(backend(tenant), archived)).toMatchObject({
      __typename: 'ChargeItemArchived',
    });
  expect(await rejected({ chargeItemId: id })).toMatchObject({ __typename: 'ArchivedChargeItem' });
  expect(await invoices.invoicesOf(tenant, customerId)).toEqual([]);
});

test('the catalogue is a list of its tenant, and nothing for portal tokens', async () => {
  const { tenant, customerId, id } = await world();
  const other = await invoices.openTenant();
  expect(await create(tenant, SETUP)).toMatchObject({ __typename: 'ChargeItemCodeTaken', code: 'setup' });
  expect(await create(tenant, { code: 'b', prices: [] })).toMatchObject({ field: 'input.prices' });
  const twice = [...SETUP.prices, { currency: 'EUR', amount: '2' }];
  expect(await create(tenant, { code: 'b', prices: twice })).toMatchObject({
    field: 'input.prices[2].currency',
  });
  expect(await create(tenant, { code: 'b', prices: [{ currency: 'USD', amount: '0' }] })).toMatchObject({
    field: 'input.prices[0].amount',
  });
  await create(tenant, { code: 'training', prices: SETUP.prices });
  const listed = async (of: TestTenant, filter: string) => {
    const query = `{ chargeItems${filter} { nodes { code } } }`;
    const { chargeItems } = await invoices.ask<{ chargeItems: { nodes: { code: string }[] } }>(
      backend(of),
      query,
    );
    return chargeItems.nodes.map(({ code }) => code);
  };
  expect(await listed(tenant, '')).toEqual(['setup', 'training']);
  expect(await listed(tenant, '(first: 1, orderBy: CREATED_AT_DESC)')).toEqual(['training']);
  expect(await listed(tenant, '(search: "SETTING", archived: false)')).toEqual(['setup']);
  expect(await listed(tenant, '(archived: true)')).toEqual([]);
  expect(await listed(other, '')).toEqual([]);
  const one = 'query ($id: ID!) { chargeItem(id: $id) { code } }';
  expect(await invoices.ask(backend(tenant), one, { id })).toEqual({ chargeItem: { code: 'setup' } });
  expect(await invoices.ask(backend(other), one, { id })).toEqual({ chargeItem: null });
  const { errors } = await invoices.answer(portal(tenant, customerId), one, { id });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
});
