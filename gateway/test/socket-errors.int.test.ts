import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client } from 'graphql-ws';
import type { Answer, Fixture } from './harness.js';
import { ask, collect, eventually, socketClient, startFixture } from './harness.js';
import { rawSocket } from './raw-sockets.js';

let fixture: Fixture;
let client: Client;
beforeAll(async () => {
  fixture = await startFixture();
  client = socketClient(fixture.url);
});
afterAll(async () => {
  await client.dispose();
  await fixture.stop();
});

/** How a document that is not run ends on a socket. */
const endOf = async (query: string): Promise<unknown> => {
  const received = collect(client, query);
  await eventually(() => received.failure !== undefined || received.completed, 'the end');
  return received.failure;
};

/** What does not differ from one request to the next. */
const lasting = (errors: Answer['body']['errors'] | unknown): unknown =>
  (errors as { readonly extensions: { readonly code: string } }[]).map(({ extensions, ...error }) => ({
    ...error,
    code: extensions.code,
  }));

it.each([
  ['is no GraphQL', '{ whoAmI'],
  ['has unknown fields', 'query Q { nothing\n  whoAmI { x } }'],
  ['misses a variable', 'query ($a: ID!) { customers(first: $b) { id } }'],
])('a document that %s gets the same errors, codes and places on a socket as over HTTP', async (_, query) => {
  const { body } = await ask(fixture.url, { query });
  expect(body.errors?.length).toBeGreaterThan(0);
  expect(lasting(await endOf(query))).toEqual(lasting(body.errors));
});

it('a number of a variable loses no digits on a socket either', async () => {
  const query = 'query ($first: Int) { customers(first: $first) { id } }';
  const number = '1.0000000000000000000001';
  const overHttp = await ask(
    fixture.url,
    `{"query": ${JSON.stringify(query)}, "variables": {"first": ${number}}}`,
  );
  const socket = await rawSocket(fixture.url);
  const answered = new Promise<string>((resolve) =>
    socket.once('message', (data: Buffer) => resolve(String(data))),
  );
  const payload = `{"query": ${JSON.stringify(query)}, "variables": {"first": ${number}}}`;
  socket.send(`{"id": "1", "type": "subscribe", "payload": ${payload}}`);
  const { payload: overSocket } = JSON.parse(await answered) as { readonly payload: Answer['body'] };
  socket.terminate();
  expect(JSON.stringify(overHttp.body.errors)).toContain(number);
  expect(lasting(overSocket.errors ?? overSocket)).toEqual(lasting(overHttp.body.errors));
});

it.each([
  ['subscription($on: Boolean!) { invoiceUpdated @include(if: $on) { id } }', 'include'],
  ['subscription { ... on Subscription @skip(if: true) { invoiceUpdated { id } } }', 'skip'],
  ['subscription { ...s } fragment s on Subscription { invoiceUpdated @skip(if: false) { id } }', 'skip'],
])('%s is rejected before anything runs', async (query, name) => {
  expect(await endOf(query)).toMatchObject([
    {
      message: `The directive "@${name}" cannot be used at the root of a subscription.`,
      locations: [{ line: 1 }],
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
  expect(fixture.backend.opened).toBe(0);
});
