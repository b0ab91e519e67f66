import { expect, test } from 'vitest';
import {
  ask,
  newBackend,
  newCustomer,
  OPERATOR,
  CREATE_KEY,
  createTenant,
  refusal,
  REVOKE_KEY,
  SUPPORT,
  UPDATE_CUSTOMER,
  useTenancy,
} from './harness.js';

useTenancy();

interface Page {
  readonly nodes: readonly { readonly id: string; readonly name: string }[];
  readonly pageInfo: { readonly startCursor: string; readonly endCursor: string };
}

const namesIn = ({ nodes }: Page) => nodes.map(({ name }) => name);

test('customers are found by name, external id, e-mail address and time, from either end', async () => {
  const tenant = await newBackend();
  const list = (args: string) =>
    ask<Page>(tenant, `{ customers(${args}) { nodes { id name } pageInfo { startCursor endCursor } } }`);
  await newCustomer(tenant, { name: 'Ada', externalId: 'a-1', email: 'Ada@Example.com' });
  await newCustomer(tenant, { name: 'Bob', externalId: 'b-1' });
  await newCustomer(tenant, { name: 'adam', email: 'bob@example.com' });
  expect(namesIn(await list('orderBy: CREATED_AT_DESC'))).toEqual(['adam', 'Bob', 'Ada']);
  expect(namesIn(await list('last: 2'))).toEqual(['Bob', 'adam']);
  expect(namesIn(await list('search: "ADA"'))).toEqual(['Ada', 'adam']);
  expect(namesIn(await list('search: "bob"'))).toEqual(['Bob', 'adam']);
  expect(namesIn(await list('search: "A-1"'))).toEqual(['Ada']);
  expect(namesIn(await list('externalId: "a-1"'))).toEqual(['Ada']);
  expect(namesIn(await list('search: "_da"'))).toEqual([]);
  expect(namesIn(await list('email: "ada@example.com"'))).toEqual(['Ada']);
  expect(namesIn(await list('created: { to: "2020-01-01T00:00:00Z" }'))).toEqual([]);
  expect(namesIn(await list('created: { from: "2020-01-01T00:00:00Z" }'))).toHaveLength(3);
  const { pageInfo } = await list('first: 2');
  expect(namesIn(await list(`first: 2, after: "${pageInfo.endCursor}"`))).toEqual(['adam']);
  expect(namesIn(await list(`last: 2, before: "${pageInfo.endCursor}"`))).toEqual(['Ada']);
  for (const args of ['after: ""', `after: "${pageInfo.endCursor}", orderBy: CREATED_AT_DESC`, 'search: ""'])
    expect(await refusal(tenant, `{ customers(${args}) { nodes { id } } }`)).toBe('BAD_USER_INPUT');
  expect(await refusal(tenant, `{ auditTrail(after: "${pageInfo.endCursor}") { nodes { id } } }`)).toBe(
    'BAD_USER_INPUT',
  );
});

test('customers are sorted by name, page by page, also while one is renamed; all are counted', async () => {
  const tenant = await newBackend();
  for (const name of ['bob', 'Ada', 'Carl', 'ada']) await newCustomer(tenant, { name });
  const list = (args: string) =>
    ask<Page & { totalCount: number }>(
      tenant,
      `{ customers(${args}) { totalCount nodes { id name } pageInfo { startCursor endCursor } } }`,
    );
  const sorted = await list('orderBy: NAME_ASC, first: 2');
  expect([namesIn(sorted), sorted.totalCount]).toEqual([['Ada', 'ada'], 4]);
  const input = { id: sorted.nodes[1]?.id, name: 'zoe' };
  await ask(tenant, UPDATE_CUSTOMER, { input });
  const after = `after: "${sorted.pageInfo.endCursor}"`;
  expect(namesIn(await list(`orderBy: NAME_ASC, ${after}`))).toEqual(['bob', 'Carl', 'zoe']);
  expect(namesIn(await list('orderBy: NAME_DESC'))).toEqual(['zoe', 'Carl', 'bob', 'Ada']);
  const last = await list('orderBy: NAME_DESC, last: 1');
  expect(namesIn(last)).toEqual(['Ada']);
  const before = `before: "${last.pageInfo.startCursor}"`;
  expect(namesIn(await list(`orderBy: NAME_DESC, last: 2, ${before}`))).toEqual(['Carl', 'bob']);
  expect((await list('search: "a"')).totalCount).toBe(1);
  expect(await refusal(tenant, `{ customers(${after}) { nodes { id } } }`)).toBe('BAD_USER_INPUT');
});

test('tenants are found by any part of their name, by id and by state', async () => {
  const { tenant } = await createTenant({ name: 'Über Widgets 50% GmbH' });
  const list = (args: string) => ask<Page>(SUPPORT, `{ tenants(${args}) { nodes { id name } } }`);
  for (const search of ['über', 'widgets', '50%', tenant.id])
    expect((await list(`search: "${search}"`)).nodes).toEqual([{ id: tenant.id, name: tenant['name'] }]);
  expect((await list('search: "50%", state: SUSPENDED')).nodes).toEqual([]);
  expect((await list('last: 1, state: ACTIVE')).nodes).toMatchObject([{ id: tenant.id }]);
});

test('the audit trail is found by what was done, by whom and to what, and read from its beginning', async () => {
  const tenant = await newBackend();
  const customer = await newCustomer(tenant);
  await ask(tenant, CREATE_KEY, { input: { name: 'CI' } });
  const list = async (args: string) =>
    (
      await ask<{ nodes: { command: string }[] }>(tenant, `{ auditTrail(${args}) { nodes { command } } }`)
    ).nodes.map(({ command }) => command);
  expect(await list('first: 9')).toEqual(['createApiKey', 'createCustomer', 'createTenant']);
  expect(await list('orderBy: CREATED_AT_ASC, first: 2')).toEqual(['createTenant', 'createCustomer']);
  expect(await list(`subject: "${customer.id}"`)).toEqual(['createCustomer']);
  expect(await list('actor: "key_test", command: "createApiKey"')).toEqual(['createApiKey']);
  expect(await list(`actor: "${OPERATOR.actor}"`)).toEqual(['createTenant']);
  expect(await list('at: { to: "2020-01-01T00:00:00Z" }')).toEqual([]);
});

test('API keys are a page, which goes on after any of them, and tell those that work', async () => {
  const tenant = await newBackend();
  const made: string[] = [];
  for (const name of ['A', 'B', 'C']) {
    const { apiKey } = await ask<{ apiKey: { id: string } }>(tenant, CREATE_KEY, { input: { name } });
    made.unshift(apiKey.id);
  }
  await ask(tenant, REVOKE_KEY, { input: { id: made[1] } });
  const list = async (args: string) =>
    (await ask<{ id: string }[]>(tenant, `{ apiKeys${args} { id } }`)).map(({ id }) => id);
  expect((await list('')).slice(0, 3)).toEqual(made);
  expect(await list('(first: 2)')).toEqual(made.slice(0, 2));
  expect(await list(`(first: 1, after: "${String(made[1])}")`)).toEqual([made[2]]);
  expect(await list('(works: false)')).toEqual([made[1]]);
  expect(await refusal(tenant, '{ apiKeys(first: 201) { id } }')).toBe('BAD_USER_INPUT');
  expect(await refusal(tenant, '{ apiKeys(after: "") { id } }')).toBe('BAD_USER_INPUT');
});
