import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IDENTITY_HEADER, type Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { NO_PROXIES } from '../../gateway/src/base/address.js';
import { isProofPath, ProofDoor } from '../../gateway/src/http/proof-door.js';
import { isPaymentPath, PaymentDoor } from '../../gateway/src/http/payment-door.js';
import { QuoteDoor } from '../../gateway/src/http/quote-door.js';
import { backend } from '@tollgate/testing/callers';
import { startBusiness, type Business, type SubgraphName } from './business.js';

let business: Business;
let server: Server;
let url: string;

beforeAll(async () => {
  business = await startBusiness();
  const endpoint = (name: SubgraphName) => ({
    execute: ({ query, variables, headers }: Asked) =>
      business
        .on(name)
        .answer(JSON.parse(headers[IDENTITY_HEADER] ?? '{}') as Identity, query, { ...variables }),
  });
  const parts = {
    endpoints: new Map([
      ['plans', endpoint('plans')],
      ['invoices', endpoint('invoices')],
      ['payments', endpoint('payments')],
    ]),
    authenticator: { sign: (identity: Identity) => JSON.stringify(identity) },
    config: { trustedProxies: NO_PROXIES },
  };
  const [quotes, proofs, pays] = [new QuoteDoor(parts), new ProofDoor(parts), new PaymentDoor(parts)];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const door = isProofPath(path) ? proofs : isPaymentPath(path) ? pays : quotes;
    door.serve(request, response, path).catch((error: unknown) => {
      response.writeHead(404).end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await business.stop();
});

interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

async function offered(note: string) {
  const { tenant, on } = business;
  const input = {
    customerId: await business.customer(),
    subscription: { planId: await business.plan(), currency: 'USD' },
    note,
  };
  return on('plans').command<{ quote: { id: string }; linkPath: string }>(backend(tenant), {
    name: 'createQuote',
    input,
    selected: '... on QuoteCreated { quote { id } linkPath }',
  });
}

const stateOf = async (id: string) => {
  const query = 'query ($id: ID!) { quote(id: $id) { status answeredBy subscriptionId } }';
  const asked = business.on('plans').ask<{ quote: object }>(backend(business.tenant), query, { id });
  return (await asked).quote;
};

test('whoever has the link sees the quote with its lines, and accepts it once', async () => {
  const { linkPath, quote } = await offered('<script>alert(1)</script>');
  const page = await fetch(`${url}${linkPath}`);
  const html = await page.text();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(html).toContain('23.80 USD');
  expect(html).toContain('&lt;script&gt;');
  expect(html).not.toContain('<script>');
  expect(html).toContain('action="' + linkPath + '/accept"');
  const click = () => fetch(`${url}${linkPath}/accept`, { method: 'POST', redirect: 'manual' });
  for (const answer of [await click(), await click()]) {
    expect([answer.status, answer.headers.get('location')]).toEqual([303, linkPath]);
  }
  expect(await stateOf(quote.id)).toMatchObject({ status: 'ACCEPTED', answeredBy: 'LINK' });
  expect(await (await fetch(`${url}${linkPath}`)).text()).toContain('This quote was accepted.');
  await fetch(`${url}${linkPath}/decline`, { method: 'POST', redirect: 'manual' });
  expect(await stateOf(quote.id)).toMatchObject({ status: 'ACCEPTED' });
});

test('another secret, another tenant or another action is no page', async () => {
  const [{ linkPath, quote }, other] = [await offered('One'), await offered('Two')];
  const secretOf = (path: string) => path.split('.').at(-1) ?? '';
  const foreign = linkPath.replace(business.tenant.id, newId('ten'));
  const wrong = [
    linkPath.replace(secretOf(linkPath), secretOf(other.linkPath)),
    foreign,
    `${linkPath}/pay`,
    '/quotes/x',
  ];
  for (const path of wrong) expect((await fetch(`${url}${path}`)).status).toBe(404);
  const answer = await fetch(`${url}${wrong[0] ?? ''}/accept`, { method: 'POST', redirect: 'manual' });
  expect(answer.status).toBe(404);
  expect((await fetch(`${url}${linkPath}/accept`)).status).toBe(404);
  expect(await stateOf(quote.id)).toMatchObject({ status: 'OPEN' });
});

test('whoever has the hash of an invoice sees what it says, as a page or as JSON; another hash is no page', async () => {
  const { tenant, on } = business;
  const id = await business.invoice('OPEN');
  const query = 'query ($id: ID!) { invoice(id: $id) { number proof { path } } }';
  type Found = { invoice: { number: string; proof: { path: string } } };
  const { invoice } = await on('invoices').ask<Found>(backend(tenant), query, { id });
  const { path } = invoice.proof;
  const page = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain(`Invoice ${invoice.number}`);
  expect(await (await fetch(`${url}${path}`)).json()).toMatchObject({
    ...{ number: invoice.number, matches: true },
  });
  const wrong = [
    path.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    path.replace(tenant.id, newId('ten')),
  ];
  for (const one of [...wrong, '/proofs/x']) expect((await fetch(`${url}${one}`)).status).toBe(404);
});

interface Linked {
  readonly invoice: {
    readonly id: string;
    readonly paymentLink: { readonly url: string } | null;
    readonly payments: readonly { readonly id: string; readonly status: string }[];
  };
}

async function linkOf(id: string) {
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Invoice {
    paymentLink { url expiresAt } payments { id status } } } }`;
  const refs = [{ __typename: 'Invoice', id }];
  const asked = business
    .on('payments')
    .ask<{ _entities: Linked['invoice'][] }>(backend(business.tenant), query, { refs });
  const [invoice] = (await asked)._entities;
  return { path: new URL(invoice?.paymentLink?.url ?? 'none:').pathname, payments: invoice?.payments ?? [] };
}

test('whoever has the link of an invoice pays it with a method on file, once, and sees nothing else', async () => {
  const [id, other] = [await business.payable(), await business.payable()];
  const { path, payments: before } = await linkOf(id);
  const page = await fetch(`${url}${path}`);
  const html = await page.text();
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("default-src 'none'"),
  ]);
  const [, after] = /name="after" value="([^"]+)"/.exec(html) ?? [];
  const [, method] = /name="method" value="([^"]+)"/.exec(html) ?? [];
  expect(html).toMatch(/Pay [0-9.]+ USD/);
  const pay = (body: Record<string, string>, at = path) =>
    fetch(`${url}${at}/pay`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(body) });
  const form = { method: method ?? '', after: after ?? '' };
  // A method that is not on file, and one of somebody else, pay nothing.
  await pay({ ...form, method: newId('pmt') });
  expect((await linkOf(id)).payments).toHaveLength(before.length);
  for (const answer of [await pay(form), await pay(form)])
    expect([answer.status, answer.headers.get('location')]).toEqual([303, path]);
  expect((await linkOf(id)).payments).toHaveLength(before.length + 1);
  expect(await (await fetch(`${url}${path}`)).text()).toContain('under way');
  const swapped = path.replace(id, other);
  const foreign = path.replace(business.tenant.id, newId('ten'));
  for (const wrong of [swapped, foreign, `${path}x`, '/pay/x'])
    expect((await fetch(`${url}${wrong}`)).status).toBe(404);
  const token = path.slice('/pay/'.length);
  const peek = 'query ($token: String!) { invoiceByPaymentLink(token: $token) { invoiceId } }';
  const asked = business.on('payments').codeOf(backend(business.tenant), peek, { token });
  expect(await asked).toBe('FORBIDDEN');
});
