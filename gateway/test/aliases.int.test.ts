import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fixture } from './harness.js';
import { ask, codeIn, collect, eventually, socketClient, startFixture, WITH_KEY } from './harness.js';

/** An Accept header that only Apollo Server's negotiation understands: it takes the general path. */
const GENERAL = { ...WITH_KEY, accept: 'application/json;q=0.9' };

/** Aliases that stand where plans look for an entity's key or type, and what is right. */
const LIES: readonly [string, object][] = [
  [
    '{ invoices(first: 1) { id: status customer { id: name email } } }',
    { invoices: [{ id: 'open', customer: { id: 'Customer cus_0', email: 'cus_0@example.test' } }] },
  ],
  [
    '{ invoices(first: 1) { __typename: number customer { __typename: name name } } }',
    {
      invoices: [
        { __typename: 'INV-00000', customer: { __typename: 'Customer cus_0', name: 'Customer cus_0' } },
      ],
    },
  ],
  [
    '{ invoices(first: 1) { ...F } } fragment F on Invoice { customer { id: email ... on Customer { id: email invoices(first: 1) { id: number } } } }',
    { invoices: [{ customer: { id: 'cus_0@example.test', invoices: [{ id: 'INV-00000' }] } }] },
  ],
  [
    'mutation { touchInvoice(id: "inv_1") { ... on Invoice { __typename: customer { id: name } id: status } } }',
    { touchInvoice: { __typename: { id: 'Customer cus_1' }, id: 'touched' } },
  ],
  [
    '{ invoices(first: 1) { id: __typename customer { __typename: __typename id: id } } }',
    { invoices: [{ id: 'Invoice', customer: { __typename: 'Customer', id: 'cus_0' } }] },
  ],
];

describe('an alias named like a field that plans need', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  for (const [query, data] of LIES) {
    it(`shows the value that it names, on both paths: ${query.slice(0, 70)}`, async () => {
      for (const headers of [WITH_KEY, GENERAL]) {
        const answer = await ask(fixture.url, { query }, headers);
        expect(answer.body).toEqual({ data });
        expect(JSON.stringify(answer.body.data)).toBe(JSON.stringify(data));
      }
    });
  }

  it('is the client’s own name in errors too', async () => {
    for (const headers of [WITH_KEY, GENERAL]) {
      const answer = await ask(fixture.url, { query: '{ id: refused __typename: whoAmI }' }, headers);
      expect(codeIn(answer)).toBe('FORBIDDEN');
      expect(answer.body.data).toMatchObject({
        id: null,
        __typename: expect.stringContaining('tenant') as string,
      });
      expect(answer.body.errors?.[0]).toMatchObject({ path: ['id'] });
    }
  });

  it('shows its value in a subscription, also where events take the general path', async () => {
    const client = socketClient(fixture.url);
    const texts = [
      'subscription { invoiceUpdated { id: status customer { id: name } } }',
      'subscription ($on: Boolean = true) { invoiceUpdated { id: status customer @include(if: $on) { id: name } } }',
    ];
    try {
      const received = texts.map((text) => collect(client, text));
      await eventually(() => fixture.backend.live.size === texts.length, 'sources are open');
      fixture.backend.publish({ id: 'inv_3', status: 'paid' });
      await eventually(() => received.every(({ events }) => events.length === 1), 'events');
      for (const { events } of received) {
        expect(events).toEqual([{ invoiceUpdated: { id: 'paid', customer: { id: 'Customer cus_3' } } }]);
      }
    } finally {
      await client.dispose();
    }
  });
});

describe('an operation', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  it('with an empty name has none, over POST and GET, on both paths', async () => {
    const query = '{ whoAmI }';
    for (const headers of [WITH_KEY, GENERAL]) {
      expect((await ask(fixture.url, { query, operationName: '' }, headers)).status).toBe(200);
      const several = await ask(
        fixture.url,
        { query: `query A ${query} query B ${query}`, operationName: '' },
        headers,
      );
      expect([several.status, codeIn(several)]).toEqual([400, 'BAD_REQUEST']);
    }
    const url = `${fixture.url}/graphql?query=${encodeURIComponent(query)}&operationName=`;
    expect((await fetch(url, { headers: WITH_KEY })).status).toBe(200);
  });

  it('has the same headers whichever path answers it, and no line end', async () => {
    const answers = [];
    for (const headers of [WITH_KEY, GENERAL]) {
      const response = await fetch(`${fixture.url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'x-request-id': 'same' },
        body: JSON.stringify({ query: '{ invoices(first: 1) { id } }' }),
      });
      const { date: _date, ...shown } = Object.fromEntries(response.headers);
      answers.push({ shown, text: await response.text() });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.shown['cache-control']).toBe('no-store');
  });

  it('whose answer lacks what the schema promises says so, whatever the field is called', async () => {
    const fields = 'constructor: number toString: status valueOf: totalMinor';
    const own = await startFixture({
      endpoints: (all) =>
        new Map(
          [...all].map(([name, endpoint]) => [
            name,
            { ...endpoint, execute: async (request) => without(await endpoint.execute(request), 'toString') },
          ]),
        ),
    });
    try {
      const answer = await ask(own.url, { query: `{ invoices(first: 1) { ${fields} } }` });
      expect([codeIn(answer), answer.body.data]).toEqual(['INTERNAL', null]);
    } finally {
      await own.stop();
    }
    const whole = await ask(fixture.url, { query: `{ invoices(first: 1) { ${fields} } }` });
    expect(whole.body.data).toEqual({
      invoices: [{ constructor: 'INV-00000', toString: 'open', valueOf: '1000' }],
    });
  });

  it('of a subscription is rejected at its start where a variable that another subgraph uses does not fit', async () => {
    const client = socketClient(fixture.url);
    const query =
      'subscription ($n: Int!) { invoiceUpdated { id customer { name invoices(first: $n) { id } } } }';
    const before = fixture.backend.opened;
    for (const variables of [{}, { n: 'many' }]) {
      const received = collect(client, query, variables);
      await eventually(() => received.failure !== undefined, 'it is rejected');
      expect(JSON.stringify(received.failure)).toContain('BAD_USER_INPUT');
    }
    expect(fixture.backend.opened).toBe(before);
    await client.dispose();
  });
});

/** The answer of a subgraph that leaves a field out. */
function without<T>(answer: T, name: string): T {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === name ? undefined : value)) as T;
}
