import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_COST } from '../src/caller/budget.js';
import { INTROSPECTION_DEPTH_MAX } from '../src/operation/limits.js';
import type { Fixture } from './harness.js';
import { ask, codeIn, staffToken, startFixture, WITH_KEY } from './harness.js';

/** Refusals take about a millisecond; the bound allows for a busy machine. */
const REFUSED_WITHIN_MS = 150;
const MEGABYTE = 1024 * 1024;

function nested(levels: number): string {
  return `{ invoices ${'{ customer { invoices '.repeat(levels)} { id } ${'} }'.repeat(levels)} }`;
}

function billionLaughs(fragments: number): string {
  const bodies = Array.from({ length: fragments }, (_, index) =>
    index === 0
      ? 'fragment f0 on Invoice { id number status }'
      : `fragment f${String(index)} on Invoice { customer { invoices { ...f${String(index - 1)} } } ...f${String(index - 1)} ...f${String(index - 1)} }`,
  );
  return `{ invoices { ...f${String(fragments - 1)} } } ${bodies.join(' ')}`;
}

const REFUSED: readonly [string, string, string][] = [
  ['a deep query', nested(30), 'QUERY_TOO_DEEP'],
  [
    '51 aliases',
    `{ ${Array.from({ length: 51 }, (_, i) => `a${String(i)}: whoAmI`).join(' ')} }`,
    'TOO_MANY_ALIASES',
  ],
  ['one field 1,000 times', `{ ${'whoAmI '.repeat(1_000)} }`, 'TOO_MANY_ALIASES'],
  [
    '10,000 aliases',
    `{ ${Array.from({ length: 10_000 }, (_, i) => `a${String(i)}: whoAmI`).join(' ')} }`,
    'QUERY_TOO_LARGE',
  ],
  ['3,000 tokens', `{ ${'x '.repeat(3_000)} }`, 'TOO_MANY_TOKENS'],
  ['60 directives', `{ whoAmI ${'@include(if: true) '.repeat(60)} }`, 'TOO_MANY_DIRECTIVES'],
  ['fragments that multiply', billionLaughs(12), 'QUERY_TOO_DEEP'],
  [
    'pages in pages whose length nobody says',
    '{ invoices { customer { invoices { customer { invoices { customer { invoices { id } } } } } } } }',
    'QUERY_TOO_COSTLY',
  ],
  [
    'pages of pages',
    '{ invoices(first: 1000) { customer { invoices(first: 1000) { id } } } }',
    'QUERY_TOO_COSTLY',
  ],
  ['a subscription over HTTP', 'subscription { invoiceUpdated { id } }', 'SUBSCRIPTION_NEEDS_WEBSOCKET'],
];

describe('the guards', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
    await ask(fixture.url, { query: '{ whoAmI }' });
  });
  afterAll(() => fixture.stop());

  it('refuse a request that does not say which of several operations it wants, or names none of them', async () => {
    const query = 'query A { whoAmI } query B { whoAmI }';
    for (const operationName of [undefined, 'C', 'toString']) {
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const answer = await ask(fixture.url, { query, operationName }, { ...WITH_KEY, accept });
        expect([answer.status, codeIn(answer)]).toEqual([400, 'BAD_REQUEST']);
      }
    }
    expect((await ask(fixture.url, { query, operationName: 'B' })).status).toBe(200);
  });

  for (const [name, query, code] of REFUSED) {
    it(`refuse ${name} with 4xx in milliseconds`, async () => {
      const answer = await ask(fixture.url, { query });
      expect([answer.status, codeIn(answer)]).toEqual([400, code]);
      expect(answer.ms).toBeLessThan(REFUSED_WITHIN_MS);
    });
  }

  it('refuse fragments in a circle with 4xx', async () => {
    const query = '{ invoices { ...a } } fragment a on Invoice { customer { invoices { ...a } } }';
    const answer = await ask(fixture.url, { query }, await responseJson());
    expect(answer.status).toBe(400);
  });

  const responseJson = async () => ({
    authorization: `Bearer ${await staffToken(fixture.url)}`,
    accept: 'application/graphql-response+json',
  });

  it('count the page size that a variable asks for', async () => {
    const query = 'query($n: Int) { invoices(first: $n) { customer { invoices(first: $n) { id number } } } }';
    expect((await ask(fixture.url, { query, variables: { n: 5 } })).status).toBe(200);
    expect(codeIn(await ask(fixture.url, { query, variables: { n: 500 } }))).toBe('QUERY_TOO_COSTLY');
  });

  it('refuse a body of 10 MB with 413 before it is read', async () => {
    const answer = await ask(fixture.url, {
      query: '{ whoAmI }',
      variables: { x: 'x'.repeat(10 * MEGABYTE) },
    });
    expect([answer.status, codeIn(answer)]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('refuse a body that grows beyond the bound while it comes', async () => {
    const chunk = new Uint8Array(256 * 1024);
    let chunks = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        chunks += 1;
        if (chunks > 40) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer tg_test_0123456789abcdef' };
    const answer = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
  });

  it('refuse to send an answer of more than 16 MiB, whichever way it was made', async () => {
    const queries = [
      '{ customers(first: 1) { name } }',
      '{ customers(first: 1) { name @include(if: true) } }',
    ];
    for (const query of queries) {
      fixture.backend.names.set('cus_0', 'é'.repeat(8 * MEGABYTE));
      const tooLarge = await ask(fixture.url, { query });
      fixture.backend.names.set('cus_0', 'é'.repeat(8 * MEGABYTE - 100));
      const largest = await ask(fixture.url, { query });
      fixture.backend.names.delete('cus_0');
      expect([tooLarge.status, codeIn(tooLarge)]).toEqual([400, 'ANSWER_TOO_LARGE']);
      expect([largest.status, largest.body.errors]).toEqual([200, undefined]);
    }
  });

  it('refuse batches, broken JSON and other media types with 4xx', async () => {
    expect(codeIn(await ask(fixture.url, '[{"query":"{ whoAmI }"}]'))).toBe('BATCHING_REFUSED');
    expect((await ask(fixture.url, '{"query": ')).status).toBe(400);
    const answer = await ask(fixture.url, 'query=x', {
      authorization: 'Bearer tg_test_0123456789abcdef',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.status).toBe(415);
  });

  it('let staff introspect everything, and others only where that is said', async () => {
    const query = '{ __schema { types { name fields { name } } } }';
    const strict = await startFixture({ config: { introspection: 'staff' } });
    expect(codeIn(await ask(strict.url, { query }))).toBe('INTROSPECTION_REFUSED');
    await strict.stop();
    const staff = await ask(fixture.url, { query }, await responseJson());
    expect(staff.body.errors).toBeUndefined();
    expect(JSON.stringify(staff.body.data)).not.toContain('identifyApiKey');
    expect(INTROSPECTION_DEPTH_MAX).toBeGreaterThan(12);
  });

  it('stop a caller that asks faster than allowed with 429, and only that caller', async () => {
    const slow = await startFixture({ config: { callerCostPerSecond: 3 * REQUEST_COST } });
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => ask(slow.url, { query: '{ whoAmI }' })),
      );
      const limited = answers.filter((answer) => answer.status === 429);
      expect(limited.length).toBeGreaterThan(10);
      expect(codeIn(limited[0]!)).toBe('RATE_LIMITED');
      const authorization = `Bearer ${await staffToken(slow.url)}`;
      expect((await ask(slow.url, { query: '{ whoAmI }' }, { authorization })).status).toBe(200);
    } finally {
      await slow.stop();
    }
  });

  it('let a caller spend what its operations cost, not so many requests', async () => {
    const query = (length: number) => `{ invoices(first: ${String(length)}) { id number status } }`;
    const small = await startFixture({ config: { callerCostPerSecond: 500 } });
    try {
      const cheap = await Promise.all(Array.from({ length: 30 }, () => ask(small.url, { query: query(1) })));
      expect(cheap.map(({ status }) => status)).toEqual(cheap.map(() => 200));
      const dear = await Promise.all(Array.from({ length: 6 }, () => ask(small.url, { query: query(100) })));
      const limited = dear.filter(({ status }) => status === 429);
      expect(limited.length).toBeGreaterThan(3);
      expect(codeIn(limited[0]!)).toBe('RATE_LIMITED');
    } finally {
      await small.stop();
    }
  });

  it('answer other callers while refusals rain', async () => {
    const query = REFUSED[3]?.[1] ?? '';
    const rain = Promise.all(Array.from({ length: 50 }, () => ask(fixture.url, { query })));
    const answer = await ask(fixture.url, { query: '{ whoAmI }' });
    expect(answer.status).toBe(200);
    await rain;
  });
});
