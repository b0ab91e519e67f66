import { describe, expect, test } from 'vitest';
import { customers } from '../src/customer/aggregate.js';
import {
  ADVANCE,
  ask,
  INVALID,
  newBackend,
  newCustomer,
  platform,
  portal,
  published,
  type Answer,
  useTenancy,
} from './harness.js';

useTenancy();

type Backend = Awaited<ReturnType<typeof newBackend>>;

const CHANGE = `mutation($input: ChangeCustomerPayerInput!) { changeCustomerPayer(input: $input) {
  __typename ... on CustomerPayerChanged { customer { id payer { id } payers { from payer { id } } } }
  ... on UnknownCustomer { customerId } ... on PayerCycle { payerId } ${INVALID} } }`;
const PAYER = 'query($id: ID!) { customer(id: $id) { id payer { id } payers { from payer { id } } } }';
const NOW = '2024-03-01T00:00:00.000Z';

const change = (tenant: Backend, input: Answer) => ask(tenant, CHANGE, { input });
const sandbox = async (): Promise<Backend> => {
  const tenant = await newBackend({ sandbox: true });
  await ask(tenant, ADVANCE, { to: NOW });
  return tenant;
};
const payersTold = async ({ tenant }: Backend) =>
  (await published(tenant)).filter(({ type }) => type === 'customer.payers_changed').map(({ data }) => data);

describe('who pays for a customer', () => {
  test('is another customer from an instant on, and itself again later', async () => {
    const tenant = await newBackend();
    const [child, parent] = [await newCustomer(tenant), await newCustomer(tenant)];
    const changed = await change(tenant, { customerId: child.id, payerId: parent.id });
    expect(changed).toMatchObject({ customer: { id: child.id, payer: { id: parent.id } } });
    const from = new Date(Date.now() + 86_400_000).toISOString();
    expect(await change(tenant, { customerId: child.id, payerId: null, from })).toMatchObject({
      customer: { payer: { id: parent.id }, payers: [{ payer: { id: parent.id } }, { from, payer: null }] },
    });
    expect((await payersTold(tenant)).map(({ customerId, terms }) => [customerId, terms])).toMatchObject([
      [child.id, [{ payerId: parent.id }]],
      [child.id, [{ payerId: parent.id }, { from, payerId: null }]],
    ]);
    const checked = await platform.db.tenant(
      { tenantId: tenant.tenant, actor: 'test', correlation: 'test', cause: 'test' },
      (tx) => customers.check(tx, { after: null, limit: 100, repair: false }),
    );
    expect(checked.differences).toEqual([]);
  });

  test('is told before the customer itself where it is made with a payer', async () => {
    const tenant = await newBackend();
    const parent = await newCustomer(tenant);
    const child = await newCustomer(tenant, { payerId: parent.id });
    const types = (await published(tenant.tenant)).filter(({ data }) => data['customerId'] === child.id);
    expect(types.map(({ type }) => type)).toEqual(['customer.payers_changed', 'customer.changed']);
    expect(await ask(tenant, PAYER, { id: child.id })).toMatchObject({ payer: { id: parent.id } });
    const list = await ask(tenant, 'query($id: ID) { customers(payerId: $id) { nodes { id } } }', {
      id: parent.id,
    });
    expect(list).toEqual({ nodes: [{ id: child.id }] });
  });

  test('is never the customer itself, through however many, nor more than five in a row', async () => {
    const tenant = await newBackend();
    const row = [await newCustomer(tenant)];
    for (let level = 0; level < 5; level += 1)
      row.push(await newCustomer(tenant, { payerId: row.at(-1)?.id }));
    const [top, second, ...rest] = row.map(({ id }) => id);
    const last = rest.at(-1);
    for (const payerId of [top, second, last])
      expect(await change(tenant, { customerId: top, payerId })).toEqual({
        __typename: 'PayerCycle',
        payerId,
      });
    expect(await ask(tenant, CREATE, { input: { name: 'Too deep', payerId: last } })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.payerId',
    });
    const above = await newCustomer(tenant);
    expect(await change(tenant, { customerId: top, payerId: above.id })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.payerId',
    });
  });

  test('is rejected field by field, and where there is no such customer', async () => {
    const tenant = await sandbox();
    const child = await newCustomer(tenant);
    const stranger = await newCustomer(await newBackend());
    for (const payerId of ['cus_1', stranger.id, ''])
      expect(await change(tenant, { customerId: child.id, payerId })).toMatchObject({
        __typename: 'InvalidInput',
        field: 'input.payerId',
      });
    for (const from of ['2024-02-29T23:59:59Z', '2025-04-01T00:00:00Z'])
      expect(await change(tenant, { customerId: child.id, payerId: null, from })).toMatchObject({
        __typename: 'InvalidInput',
        field: 'input.from',
      });
    expect(await change(tenant, { customerId: stranger.id, payerId: child.id })).toEqual({
      __typename: 'UnknownCustomer',
      customerId: stranger.id,
    });
    expect(await payersTold(tenant)).toEqual([]);
  });

  test('of two that are to pay for each other at once, one is', async () => {
    const tenant = await newBackend();
    const [a, b] = [await newCustomer(tenant), await newCustomer(tenant)];
    const answers = await Promise.all([
      change(tenant, { customerId: a.id, payerId: b.id }),
      change(tenant, { customerId: b.id, payerId: a.id }),
    ]);
    expect(answers.map((one) => one['__typename']).sort()).toEqual(['CustomerPayerChanged', 'PayerCycle']);
  });
});

describe('a portal token', () => {
  test('sees the customers that its own pays for, and nothing of who pays for it', async () => {
    const tenant = await newBackend();
    const [top, other] = [await newCustomer(tenant), await newCustomer(tenant)];
    const middle = await newCustomer(tenant, { payerId: top.id });
    const child = await newCustomer(tenant, { payerId: middle.id });
    const mine = portal(tenant.tenant, top.id);
    for (const id of [top.id, middle.id, child.id])
      expect(await ask(mine, PAYER, { id })).toMatchObject({ id, payers: [] });
    expect(await ask(mine, PAYER, { id: other.id })).toBeNull();
    expect(await ask(portal(tenant.tenant, child.id), PAYER, { id: child.id })).toMatchObject({
      payer: null,
    });
    expect(await ask(portal(tenant.tenant, child.id), PAYER, { id: middle.id })).toBeNull();
    const list = 'query($id: ID) { customers(payerId: $id) { nodes { id } } }';
    expect(await ask(mine, list, { id: top.id })).toEqual({ nodes: [{ id: middle.id }] });
    expect(await ask(mine, list, { id: middle.id })).toEqual({ nodes: [] });
  });
});

const CREATE = `mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename ${INVALID} } }`;
