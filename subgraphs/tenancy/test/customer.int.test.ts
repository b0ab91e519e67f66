import { describe, expect, test } from 'vitest';
import { customers } from '../src/customer/aggregate.js';
import {
  CREATE_CUSTOMER,
  CUSTOMER,
  UPDATE_CUSTOMER,
  ask,
  newBackend,
  newCustomer,
  platform,
  portal,
  published,
  refusal,
  type Answer,
  useTenancy,
} from './harness.js';

useTenancy();

describe('a customer', () => {
  test('is created with the tenant’s defaults and changed; everybody is told each time', async () => {
    const tenant = await newBackend();
    const ada = await newCustomer(tenant, { email: 'ada@example.com', address: { city: 'Vilnius' } });
    expect(ada).toMatchObject({
      name: 'Ada',
      currency: 'EUR',
      timeZone: 'Europe/Vilnius',
      country: 'LT',
      address: { line1: null, city: 'Vilnius' },
    });
    const input = { id: ada.id, country: 'DE', email: null, address: { line1: 'Two' } };
    expect(await ask(tenant, UPDATE_CUSTOMER, { input })).toMatchObject({
      customer: { id: ada.id, country: 'DE', email: null, address: { line1: 'Two', city: null } },
    });
    expect(
      await ask(tenant, `query($id: ID!) { customer(id: $id) { ${CUSTOMER} } }`, { id: ada.id }),
    ).toEqual({
      ...ada,
      country: 'DE',
      email: null,
      address: { line1: 'Two', city: null },
    });
    const messages = (await published(tenant.tenant)).filter(({ type }) => type === 'customer.changed');
    expect(messages.map(({ data }) => [data['revision'], data['country']])).toEqual([
      [1, 'LT'],
      [2, 'DE'],
    ]);
  });

  test('is created once per idempotency key', async () => {
    const tenant = await newBackend();
    const first = await newCustomer(tenant, { idempotencyKey: 'ada' });
    expect(await newCustomer(tenant, { idempotencyKey: 'ada' })).toEqual(first);
    const input = { name: 'Bob', idempotencyKey: 'ada' };
    expect(await ask(tenant, CREATE_CUSTOMER, { input })).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(await ask(tenant, '{ customers { nodes { id } } }')).toEqual({ nodes: [{ id: first.id }] });
  });

  test('with a currency, country or text that makes no sense is refused, and so is an id of nobody', async () => {
    const tenant = await newBackend();
    for (const wrong of [{ currency: 'DOGE' }, { country: 'lt' }, { timeZone: 'Mars' }])
      expect(await refusal(tenant, CREATE_CUSTOMER, { input: { name: 'Ada', ...wrong } })).toBe(
        'BAD_USER_INPUT',
      );
    for (const [field, value] of Object.entries({
      externalId: 'x'.repeat(101),
      name: '\u200b',
      country: 'XX',
      taxId: 'a\u0000',
      email: '@',
    }))
      expect(await ask(tenant, CREATE_CUSTOMER, { input: { name: 'Ada', [field]: value } })).toMatchObject({
        __typename: 'InvalidInput',
        field: `input.${field}`,
      });
    const stranger = await newCustomer(await newBackend());
    for (const id of ['cus_1', "'; DROP", stranger.id])
      expect(await ask(tenant, UPDATE_CUSTOMER, { input: { id, name: 'Eve' } })).toEqual({
        __typename: 'UnknownCustomer',
        customerId: id,
      });
    for (const id of ['', 'cus_1', stranger.id])
      expect(await ask(tenant, 'query($id: ID!) { customer(id: $id) { id } }', { id })).toBeNull();
  });

  test('has an external id that no other customer of the tenant has, whoever comes first', async () => {
    const tenant = await newBackend();
    const make = (externalId: string) => ask(tenant, CREATE_CUSTOMER, { input: { name: 'Ada', externalId } });
    const both = await Promise.all([make('ada'), make(' ada ')]);
    expect(both.map(({ __typename }) => __typename).sort()).toEqual(['CustomerCreated', 'ExternalIdTaken']);
    expect(both.find(({ __typename }) => __typename === 'ExternalIdTaken')).toMatchObject({
      externalId: 'ada',
    });
    expect(await make('bob')).toMatchObject({ customer: { externalId: 'bob' } });
    expect(await newCustomer(tenant)).toMatchObject({ externalId: null, metadata: {} });
    expect(await newCustomer(await newBackend(), { externalId: 'ada' })).toMatchObject({ externalId: 'ada' });
  });

  test('is given another external id and other metadata later, and others are told of the id', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant, { externalId: 'a', metadata: { crm: '1', team: 'core' } });
    await newCustomer(tenant, { externalId: 'b' });
    const change = (input: Answer) => ask(tenant, UPDATE_CUSTOMER, { input: { id, ...input } });
    expect(await change({ externalId: 'b' })).toMatchObject({ __typename: 'ExternalIdTaken' });
    expect(await change({ externalId: 'a', metadata: { team: 'x' } })).toMatchObject({
      customer: { externalId: 'a', metadata: { team: 'x' } },
    });
    expect(await change({ name: 'Eve' })).toMatchObject({
      customer: { externalId: 'a', metadata: { team: 'x' } },
    });
    expect(await change({ metadata: { team: 7 } })).toMatchObject({ field: 'input.metadata.team' });
    expect(await change({ externalId: null, metadata: null })).toMatchObject({
      customer: { externalId: null, metadata: {} },
    });
    expect(await newCustomer(tenant, { externalId: 'a' })).toMatchObject({ externalId: 'a' });
    const told = (await published(tenant.tenant)).filter(({ data }) => data['customerId'] === id);
    expect(told.map(({ data }) => data['externalId'])).toEqual(['a', 'a', 'a', null]);
  });

  test('that two callers change at once keeps both changes', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    await Promise.all([
      ask(tenant, UPDATE_CUSTOMER, { input: { id, country: 'DE' } }),
      ask(tenant, UPDATE_CUSTOMER, { input: { id, taxId: 'LT123' } }),
    ]);
    expect(await ask(tenant, 'query($id: ID!) { customer(id: $id) { country taxId } }', { id })).toEqual({
      country: 'DE',
      taxId: 'LT123',
    });
  });

  test('is listed page by page', async () => {
    const tenant = await newBackend();
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C']) ids.push((await newCustomer(tenant, { name })).id);
    const PAGE = `query($after: String) { customers(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const first = await ask<{ nodes: { id: string }[]; pageInfo: Answer }>(tenant, PAGE);
    const second = await ask<{ nodes: { id: string }[]; pageInfo: Answer }>(tenant, PAGE, {
      after: first.pageInfo['endCursor'],
    });
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual([...ids].sort());
    expect([first, second].map(({ pageInfo }) => pageInfo['hasNextPage'])).toEqual([true, false]);
    expect(await refusal(tenant, '{ customers(first: 201) { nodes { id } } }')).toBe('BAD_USER_INPUT');
  });

  test('is found for other subgraphs by id, in the order they ask, others’ customers not', async () => {
    const tenant = await newBackend();
    const [ada, bob] = [await newCustomer(tenant), await newCustomer(tenant, { name: 'Bob' })];
    const stranger = await newCustomer(await newBackend());
    const representations = [bob.id, stranger.id, ada.id].map((id) => ({ __typename: 'Customer', id }));
    const entities = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer { name } } }`;
    expect(await ask(tenant, entities, { representations })).toEqual([
      { name: 'Bob' },
      null,
      { name: 'Ada' },
    ]);
    expect(await ask(portal(tenant.tenant, ada.id), entities, { representations })).toEqual([
      null,
      null,
      { name: 'Ada' },
    ]);
  });

  test("a customer's page sees nothing of what the tenant noted on it", async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant, { metadata: { margin: 'low' } });
    const notes = `query($id: ID!) { customer(id: $id) { metadata } }`;
    expect(await ask(tenant, notes, { id })).toEqual({ metadata: { margin: 'low' } });
    expect(await ask(portal(tenant.tenant, id), notes, { id })).toEqual({ metadata: {} });
  });
});

describe('the rows of customers', () => {
  const differing = async (tenantId: string): Promise<string[]> => {
    const scope = { tenantId, actor: 'test', correlation: 'test', cause: 'test' };
    const checked = await platform.db.tenant(scope, (tx) =>
      customers.check(tx, { after: null, limit: 100, repair: false }),
    );
    expect(checked.streams).toBe(2);
    return checked.differences.map(({ stream }) => stream);
  };

  test('are what the journal comes to when it is replayed, and a row that was tampered with is noticed', async () => {
    const tenant = await newBackend();
    const ada = await newCustomer(tenant, { address: { line1: 'One', postalCode: '1' }, taxId: 'LT1' });
    await newCustomer(tenant, { name: 'Bob' });
    await ask(tenant, UPDATE_CUSTOMER, { input: { id: ada.id, timeZone: 'America/New_York', taxId: null } });
    expect(await differing(tenant.tenant)).toEqual([]);
    const scope = { tenantId: tenant.tenant, actor: 'test', correlation: 'test', cause: 'test' };
    await platform.db.tenant(scope, (tx) =>
      tx.query(`UPDATE {t}.customer SET country = 'FR' WHERE id = $1`, [ada.id]),
    );
    expect(await differing(tenant.tenant)).toEqual([ada.id]);
  });
});
