import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawResponse, SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { afterEach, expect, it } from 'vitest';
import { NO_PROXIES, trustedProxies } from '../src/base/address.js';
import { statusOf } from '../src/base/errors.js';
import { WebhookDoor } from '../src/http/webhook.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const answered = (status: number): RawResponse => ({ status, headers: {}, body: '{}' });

/** A port that has nothing but the door, and payments behind it. */
async function opened(raw: (body: string) => Promise<RawResponse>, trusted = NO_PROXIES) {
  const payments: Pick<SubgraphEndpoint, 'raw'> = { raw: ({ body }) => raw(body.toString('utf8')) };
  const door = new WebhookDoor({
    endpoints: new Map([['payments', payments as SubgraphEndpoint]]),
    config: { trustedProxies: trusted },
  });
  const server = createServer((request, response) => {
    door.serve(request, response, '/webhooks/stripe').catch((error: unknown) => {
      response.writeHead(statusOf(error)).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (body: string, headers: Record<string, string> = {}) =>
    (await fetch(url, { method: 'POST', body, headers })).status;
}

it('reads nothing more from an address that sends forged webhooks, and all that a provider signed', async () => {
  const seen: string[] = [];
  const signedOnly = async (body: string) => {
    seen.push(body);
    return Promise.resolve(answered(body === 'signed' ? 200 : 400));
  };
  const post = await opened(signedOnly, trustedProxies(['127.0.0.1']));
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const statuses: number[] = [];
  for (let count = 0; count < 200; count += 1) statuses.push(await post('forged', from('203.0.113.7')));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(100);
  expect(seen.length).toBeLessThan(100);
  for (let count = 0; count < 200; count += 1) expect(await post('signed', from('198.51.100.1'))).toBe(200);
});

it('has a bounded number in hand, and takes more when they are done', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const post = await opened(async () => {
    await held;
    return answered(200);
  });
  const asked = Array.from({ length: 60 }, () => post('signed'));
  await expect.poll(async () => post('signed')).toBe(429);
  release();
  const statuses = await Promise.all(asked);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  expect(await post('signed')).toBe(200);
});

it('takes no more bytes than a webhook has', async () => {
  const post = await opened(() => Promise.resolve(answered(200)));
  expect(await post('x'.repeat(256 * 1024))).toBe(200);
  expect(await post('x'.repeat(256 * 1024 + 1))).toBe(413);
});
