import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDENTITY_HEADER, signIdentity } from '@tollgate/runtime/base/identity';
import type { Fixture } from './harness.js';
import { ask, codeIn, portalToken, staffToken, startFixture, WITH_KEY } from './harness.js';
import { IDENTITY_SECRET, TENANT } from './subgraphs.js';

const TWO_SUBGRAPHS = '{ invoices(first: 3) { id customer { id name } } }';
const ME = '{ whoAmI }';

describe('a request', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  const me = async (headers: Record<string, string>) => {
    const answer = await ask(fixture.url, { query: ME }, headers);
    return JSON.parse(String(answer.body.data?.['whoAmI'])) as Record<string, unknown>;
  };

  it('resolves fields of two subgraphs', async () => {
    const answer = await ask(fixture.url, { query: TWO_SUBGRAPHS });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: {
        invoices: [0, 1, 2].map((index) => ({
          id: `inv_${String(index)}`,
          customer: { id: `cus_${String(index)}`, name: `Customer cus_${String(index)}` },
        })),
      },
    });
  });

  it('without a credential is refused with 401', async () => {
    const answer = await ask(fixture.url, { query: ME }, {});
    expect([answer.status, codeIn(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('with an unknown API key is refused with 401', async () => {
    const answer = await ask(fixture.url, { query: ME }, { authorization: 'Bearer tg_unknown_key_000000' });
    expect([answer.status, codeIn(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('with an expired token is refused with 401', async () => {
    const token = await portalToken({ expiresInSeconds: -1 });
    const answer = await ask(fixture.url, { query: ME }, { authorization: `Bearer ${token}` });
    expect([answer.status, codeIn(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('with a token that somebody else signed is refused with 401', async () => {
    const token = await portalToken({ secret: 'another-secret-0123456789abcdefghijklmn' });
    const answer = await ask(fixture.url, { query: ME }, { authorization: `Bearer ${token}` });
    expect([answer.status, codeIn(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('with an unsigned token is refused with 401', async () => {
    const [, body] = (await portalToken()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const answer = await ask(
      fixture.url,
      { query: ME },
      { authorization: `Bearer ${none}.${String(body)}.` },
    );
    expect([answer.status, codeIn(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('with an API key acts as its tenant', async () => {
    expect(await me(WITH_KEY)).toEqual({ kind: 'tenant', tenant: TENANT, actor: 'key_ONE' });
  });

  it('with a portal token acts as its customer and nobody else', async () => {
    const token = await portalToken({ customer: 'cus_7' });
    expect(await me({ authorization: `Bearer ${token}`, 'x-tollgate-tenant': 'ten_OTHER' })).toEqual({
      kind: 'customer',
      tenant: TENANT,
      customer: 'cus_7',
      actor: 'cus_7',
    });
  });

  it('with a staff token acts in the chosen tenant for the given reason', async () => {
    const authorization = `Bearer ${await staffToken(fixture.url)}`;
    const reason = encodeURIComponent('Kündigung geprüft');
    expect(await me({ authorization, 'x-tollgate-tenant': TENANT, 'x-tollgate-reason': reason })).toEqual({
      kind: 'staff',
      actor: 'ada@tollgate.test',
      roles: ['support', 'operator'],
      tenant: TENANT,
      reason: 'Kündigung geprüft',
    });
  });

  it('cannot bring a forged identity along, not even a signed one', async () => {
    const stolen = signIdentity({ kind: 'tenant', tenant: 'ten_VICTIM', actor: 'thief' }, IDENTITY_SECRET);
    const identity = await me({ ...WITH_KEY, [IDENTITY_HEADER]: stolen });
    expect(identity).toMatchObject({ tenant: TENANT });
  });

  it('cannot reach the look-up of keys', async () => {
    const answer = await ask(fixture.url, { query: '{ identifyApiKeys(hashes: ["x"]) { tenant } }' });
    expect(codeIn(answer)).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('carries its trace to the subgraphs', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await ask(
      fixture.url,
      { query: ME },
      { ...WITH_KEY, traceparent, 'x-request-id': 'req-1' },
    );
    expect(answer.headers.get('x-request-id')).toBe('req-1');
    expect(fixture.backend.traces).toContain(traceparent);
  });

  it('that hits a bug learns a trace id and nothing else', async () => {
    const answer = await ask(fixture.url, { query: '{ broken }' }, { ...WITH_KEY, 'x-request-id': 'req-2' });
    expect(JSON.stringify(answer.body)).not.toMatch(/hunter2|invoices\.js|stack|serviceName/);
    expect(answer.body.errors?.[0]).toMatchObject({
      message: 'Internal error',
      path: ['broken'],
      extensions: { code: 'INTERNAL', traceId: 'req-2' },
    });
  });

  it('that a subgraph refuses learns its reason', async () => {
    const answer = await ask(fixture.url, { query: '{ refused }' });
    expect(answer.body.errors?.[0]).toMatchObject({
      message: 'Not yours',
      extensions: { code: 'FORBIDDEN' },
    });
  });

  it('may send a document once and its hash from then on', async () => {
    const sha256Hash = createHash('sha256').update(TWO_SUBGRAPHS).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    expect(codeIn(await ask(fixture.url, { extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await ask(fixture.url, { query: TWO_SUBGRAPHS, extensions })).status).toBe(200);
    const answer = await ask(fixture.url, { extensions });
    expect(answer.body.data?.['invoices']).toHaveLength(3);
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const got = await fetch(`${fixture.url}/graphql?${search.toString()}`, { headers: WITH_KEY });
    expect(await got.json()).toEqual(answer.body);
  });

  it('asks the tenancy subgraph once for many requests of one key', async () => {
    await ask(fixture.url, { query: ME });
    const before = fixture.backend.keyLookups;
    await Promise.all(Array.from({ length: 20 }, () => ask(fixture.url, { query: ME })));
    expect(fixture.backend.keyLookups - before).toBeLessThanOrEqual(1);
  });

  it('hands a webhook on byte by byte', async () => {
    const body = '{"amount": 1.10,\n "naïve": "✓" }';
    const answer = await fetch(`${fixture.url}/webhooks/stripe?live=1`, {
      method: 'POST',
      headers: { 'stripe-signature': 't=1,v1=abc', [IDENTITY_HEADER]: 'forged' },
      body,
    });
    expect([answer.status, await answer.text()]).toEqual([202, 'stored']);
    const [hook] = fixture.backend.webhooks.slice(-1);
    expect(hook?.body.toString('utf8')).toBe(body);
    expect(hook?.path).toBe('/webhooks/stripe?live=1');
    expect(hook?.headers['stripe-signature']).toBe('t=1,v1=abc');
    expect(hook?.headers[IDENTITY_HEADER]).toBeUndefined();
  });

  it('finds liveness, readiness and metrics', async () => {
    expect((await fetch(`${fixture.url}/health`)).status).toBe(200);
    expect(await (await fetch(`${fixture.url}/ready`)).json()).toMatchObject({ status: 'ready' });
    expect(await (await fetch(`${fixture.url}/metrics`)).text()).toContain(
      'tollgate_gateway_operations_total',
    );
  });
});

describe('staff sign-in without an issuer', () => {
  it('exists on a developer machine only', async () => {
    const fixture = await startFixture({ config: { staff: { kind: 'none' } } });
    try {
      const answer = await fetch(`${fixture.url}/staff/sign-in`, {
        method: 'POST',
        body: '{"email":"a@b.c"}',
      });
      expect(answer.status).toBe(404);
    } finally {
      await fixture.stop();
    }
  });
});
