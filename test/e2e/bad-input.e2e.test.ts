import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '@tollgate/testing/waiting';
import { answerOf, base64, expectClean, tokenOf } from './answers.js';
import { post, RunningSystem } from './system.js';

let system: RunningSystem;
let apiKey: string;
let customerId: string;

beforeAll(async () => {
  system = await RunningSystem.start();
  apiKey = system.credentials.apiKey;
  const { body } = await ask('{ customers(first: 1) { nodes { id } } meters { id code } }');
  customerId =
    (body.data as unknown as { customers: { nodes: { id: string }[] } }).customers.nodes[0]?.id ?? '';
});
afterAll(async () => {
  await system.destroy();
});

const ask = (query: string, variables: object = {}, token: string = apiKey) =>
  post(system.credentials.graphqlUrl, { token, body: { query, variables } });

const report = async (events: object[], token: string = apiKey) => {
  const answer = await ask(
    `mutation($input: ReportUsageInput!) { answer: reportUsage(input: $input) { __typename
       ... on UsageReported { accepted rejected outcomes { status rejection { code } } } ... on Rejection { message } } }`,
    { input: { events } },
    token,
  );
  expectClean(answer);
  return answer;
};

interface Reported {
  readonly __typename: string;
  readonly accepted: number;
  readonly outcomes: readonly {
    readonly status: string;
    readonly rejection: { readonly code: string } | null;
  }[];
}

const event = (changes: object = {}) => ({
  id: `bad-${Math.random().toString(36).slice(2)}`,
  customerId,
  type: 'api.call',
  timestamp: new Date().toISOString(),
  ...changes,
});

test.each([
  [
    'in the text',
    'mutation { answer: createCustomer(input: { name: "X", currency: "XAU" }) { __typename } }',
    {},
  ],
  [
    'in a variable',
    'mutation($input: CreateCustomerInput!) { answer: createCustomer(input: $input) { __typename } }',
    { input: { name: 'X', currency: 'XAU' } },
  ],
])(
  'a currency that ISO 4217 does not bill in is refused by its scalar, %s',
  async (_where, query, variables) => {
    const answer = await ask(query, variables);
    expectClean(answer);
    const errors = (answer.body as { errors?: { message: string }[] }).errors ?? [];
    expect(errors[0]?.message).toMatch(/Currency|ISO 4217/);
  },
);

test('a negative quantity, a far future, an unknown customer and a malformed id are refused one by one, the rest is kept', async () => {
  const meter = await ask(
    `mutation { answer: createMeter(input: { code: "bytes", name: "Bytes", eventType: "sent", aggregation: SUM, property: "bytes" }) { __typename } }`,
  );
  expect(answerOf<{ __typename: string }>(meter.body).__typename).toBe('MeterCreated');
  const { body } = await report([
    event(),
    event({ type: 'sent', properties: { bytes: -5 } }),
    event({ timestamp: '2999-01-01T00:00:00Z' }),
    event({ customerId: 'cus_00000000000000000000000000' }),
    event({ customerId: "'; DROP TABLE usage_event; --" }),
    event({ type: 'nobody.counts.this' }),
    event({ timestamp: 'yesterday' }),
    event({ id: '' }),
    event({ type: 'sent', properties: { bytes: 'many' } }),
  ]);
  const reported = answerOf<Reported>(body);
  expect(reported.outcomes.map((outcome) => outcome.rejection?.code ?? outcome.status)).toEqual([
    'ACCEPTED',
    'NEGATIVE_QUANTITY',
    'OUTSIDE_WINDOW',
    'UNKNOWN_CUSTOMER',
    'UNKNOWN_CUSTOMER',
    'UNKNOWN_METER',
    'INVALID_TIMESTAMP',
    'INVALID_ID',
    'INVALID_PROPERTY',
  ]);
});

test('1,001 events are refused as a whole, and nothing of them is stored', async () => {
  const events = Array.from({ length: 1_001 }, (_, index) => event({ id: `many-${index}` }));
  expect(answerOf<Reported>((await report(events)).body).__typename).toBe('TooManyEvents');
  expect(answerOf<Reported>((await report(events.slice(0, 1_000))).body).accepted).toBe(1_000);
});

test('a body of 10 MB is refused with 413', async () => {
  const answer = await post(system.credentials.graphqlUrl, {
    token: apiKey,
    body: `{"query":"${'x'.repeat(10_000_000)}"}`,
  });
  expect(answer.status).toBe(413);
});

test.each([
  ['no JSON', '{"query": '],
  ['no query', '{}'],
  ['a query that is a number', '{"query": 5}'],
  ['a syntax error', '{"query": "{ tenant {"}'],
  ['an unknown field', '{"query": "{ nonsense }"}'],
  ['variables that are a list', '{"query": "{ tenant { id } }", "variables": [1]}'],
])('%s is a 4xx', async (_what, body) => {
  const headers = { accept: 'application/graphql-response+json' };
  const answer = await post(system.credentials.graphqlUrl, { token: apiKey, body, headers });
  expectClean(answer);
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

test.each([
  [
    'deep',
    `{ customers(first: 1) { nodes { ${'subscriptions { customer { '.repeat(15)} id ${'} }'.repeat(15)} } } }`,
  ],
  ['aliased', `{ ${Array.from({ length: 5_000 }, (_, index) => `a${index}: tenant { id }`).join(' ')} }`],
])('a %s query is refused with a 4xx before it costs anything', async (_what, query) => {
  const answer = await ask(query);
  expectClean(answer);
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

test.each([
  ['nothing', undefined],
  ['nonsense', 'nonsense'],
  ['a key that does not exist', `tg_live_${'a'.repeat(40)}`],
  [
    'a token of another signer',
    tokenOf(
      { aud: 'tollgate-staff', sub: 'eve@example.com', roles: ['operator'], exp: 4_000_000_000 },
      'x'.repeat(40),
    ),
  ],
  [
    'an unsigned token',
    `${base64({ alg: 'none' })}.${base64({ aud: 'tollgate-staff', sub: 'eve', roles: ['operator'], exp: 4_000_000_000 })}.`,
  ],
])('%s as credentials is a 401', async (_what, token) => {
  const answer = await post(system.credentials.graphqlUrl, {
    ...(token === undefined ? {} : { token }),
    body: { query: '{ tenant { id } }' },
  });
  expectClean(answer);
  expect(answer.status).toBe(401);
});

test('the id of another tenant is as unknown as one that does not exist, in every subgraph', async () => {
  const operator = system.credentials.staffToken;
  const created = await ask(
    `mutation { answer: createTenant(input: { name: "Other", currency: "EUR", timeZone: "UTC", country: "DE" }) {
       ... on TenantCreated { apiKey } } }`,
    {},
    operator,
  );
  const { apiKey: other } = answerOf<{ apiKey: string }>(created.body);
  const seen = await ask(
    `query($id: ID!) { customer(id: $id) { id } subscriptions(customerId: $id) { nodes { id } } usage(customerId: $id) { quantity }
       invoices(customerId: $id) { nodes { id } } paymentMethods(customerId: $id) { id } liveUsage(customerId: $id) { quantity } }`,
    { id: customerId },
    other,
  );
  expectClean(seen);
  expect(seen.body.data).toEqual({
    customer: null,
    subscriptions: { nodes: [] },
    usage: [],
    invoices: { nodes: [] },
    paymentMethods: [],
    liveUsage: [],
  });
  const method = await ask(
    `mutation($id: ID!) { answer: addPaymentMethod(input: { customerId: $id, provider: STRIPE, token: "pm_card_visa" }) { __typename } }`,
    { id: customerId },
    other,
  );
  expect(answerOf<{ __typename: string }>(method.body).__typename).toBe('UnknownCustomer');
});

test('a portal token sees its own customer and changes nothing', async () => {
  const { portalToken } = system.credentials;
  const own = await ask('{ customers(first: 10) { nodes { id } } }', {}, portalToken);
  expect(own.body.data).toEqual({ customers: { nodes: [{ id: customerId }] } });
  const refused = await report([event()], portalToken);
  expect(refused.body.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

test.each(['stripe', 'paypal'])('a forged %s webhook is refused with a 4xx', async (provider) => {
  const answer = await post(`${system.url}/webhooks/${provider}`, {
    body: {
      id: 'evt_1',
      type: 'payment_intent.succeeded',
      data: { object: { id: 'pi_1', status: 'succeeded' } },
    },
    headers: {
      'stripe-signature': `t=${Math.floor(Date.now() / 1_000)},v1=${'0'.repeat(64)}`,
      'paypal-transmission-sig': 'AAAA',
    },
  });
  expectClean(answer);
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

test('a socket that speaks no protocol and one that never reads disturb nobody', async () => {
  const { hostname, port } = new URL(system.url);
  const silent = connect(Number(port), hostname);
  const garbage = connect(Number(port), hostname);
  garbage.on('error', () => undefined);
  garbage.write('\x00\x01\x02 not http at all\r\n\r\n');
  silent.pause();
  silent.write('GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  await waitFor(
    'the others to be answered as before',
    async () => (await ask('{ tenant { name } }')).status === 200,
  );
  silent.destroy();
  garbage.destroy();
});

test('after all of this the system is ready and what was good is still there', async () => {
  expect((await fetch(`${system.url}/ready`)).status).toBe(200);
  const { body } = await ask('query($id: ID!) { usage(customerId: $id) { meter { code } events } }', {
    id: customerId,
  });
  const usage = (body.data as unknown as { usage: { meter: { code: string }; events: string }[] }).usage;
  expect(usage.find((one) => one.meter.code === 'api_calls')?.events).toBe('1001');
});
