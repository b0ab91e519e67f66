import { meterCreated } from '@tollgate/contracts/usage/meter';
import { newId } from '@tollgate/runtime/base/new-id';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { on } from '@tollgate/runtime/messaging/consume';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend, GATEWAY, operator, portal, support } from './callers.js';
import { createTestTenant, type TestTenant } from './stack.js';
import { startBench, type Bench } from './subgraph.js';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type Query { caller: String! fail: String }
  type Mutation { greet(input: GreetInput!): GreetResult! }
  type Subscription { greetings: String! }
  input GreetInput { name: String! }
  union GreetResult = Greeted | NameTooShort
  interface Rejection { message: String! }
  type Greeted { text: String! }
  type NameTooShort implements Rejection { message: String! charsMin: Int! }
`;

const heard: string[] = [];
const greet = (_root: unknown, { input: { name } }: { input: { name: string } }) =>
  name.length < 2
    ? { __typename: 'NameTooShort', message: 'Give a name of two letters.', charsMin: 2 }
    : { __typename: 'Greeted', text: `Hello, ${name}` };

const probe: CreateSubgraph = async (_platform, environment) => ({
  name: 'probe',
  typeDefs,
  resolvers: {
    Query: {
      caller: (_root: unknown, _args: unknown, { identity }: RequestContext) =>
        JSON.stringify({ ...identity, greeting: environment['GREETING'] }),
      fail: () => {
        throw new Error('a bug');
      },
    },
    Mutation: { greet },
    Subscription: {
      greetings: {
        subscribe: async function* () {
          yield { greetings: 'Hello' };
        },
      },
    },
  },
  consumers: [
    { name: 'probe', subscriptions: [on(meterCreated, async (_tx, { data }) => void heard.push(data.code))] },
  ],
});

let bench: Bench;
let tenant: TestTenant;
beforeAll(async () => {
  bench = await startBench(probe, { environment: { GREETING: 'hi' } });
  tenant = await createTestTenant(bench.platform);
});
afterAll(() => bench.stop());

const whoIs = async (caller: Parameters<Bench['ask']>[0]): Promise<object> =>
  JSON.parse((await bench.ask<{ caller: string }>(caller, '{ caller }')).caller) as object;

test('every kind of caller arrives as who it is, signed', async () => {
  const greeting = 'hi';
  const chosen = { tenant: tenant.id, reason: 'a question' };
  expect(await whoIs(backend(tenant))).toEqual({ ...backend(tenant), greeting });
  expect(await whoIs(portal(tenant, 'cus_1'))).toMatchObject({ kind: 'customer', customer: 'cus_1' });
  expect(await whoIs(support({ tenant, reason: 'a question' }))).toMatchObject({
    roles: ['support'],
    ...chosen,
  });
  expect(await whoIs(operator())).toMatchObject({ roles: ['support', 'operator'] });
  expect(await whoIs(GATEWAY)).toMatchObject({ kind: 'system' });
});

test('a command gives the union’s value, a success as well as a rejection', async () => {
  const selected = '... on Greeted { text } ... on NameTooShort { charsMin }';
  const greeted = { name: 'greet', input: { name: 'Ada' }, selected };
  expect(await bench.command(backend(tenant), greeted)).toEqual({
    __typename: 'Greeted',
    text: 'Hello, Ada',
  });
  const refused = await bench.command(backend(tenant), { ...greeted, input: { name: 'A' } });
  expect(refused).toEqual({
    __typename: 'NameTooShort',
    message: 'Give a name of two letters.',
    charsMin: 2,
  });
});

test('an operation with errors fails the test that asks, and tells its code to one that expects it', async () => {
  await expect(bench.ask(backend(tenant), '{ fail }')).rejects.toThrow();
  expect(await bench.codeOf(backend(tenant), '{ fail }')).toBe('INTERNAL');
  expect(await bench.codeOf(backend(tenant), '{ caller }')).toBeUndefined();
});

test('a fact is published once, and all is quiet when it was consumed', async () => {
  const meterId = newId('mtr');
  const data = {
    meterId,
    code: 'tokens',
    name: 'Tokens',
    eventType: 'call',
    aggregation: 'count' as const,
    property: null,
    filters: [],
    rounding: null,
    groupBy: [],
    window: null,
    windowCombine: null,
    subscriptionProperty: null,
  };
  await bench.tell(tenant, meterCreated, { aggregate: meterId, data });
  await bench.quiet();
  expect(heard).toEqual(['tokens']);
  expect(await bench.told(tenant, meterCreated)).toMatchObject([{ type: 'meter.created', data }]);
});

test('a subscription is read as its subgraph sends it', async () => {
  const events = await bench.live(backend(tenant), 'subscription { greetings }');
  expect((await events.next()).value).toEqual({ data: { greetings: 'Hello' } });
  await events.return?.();
});
