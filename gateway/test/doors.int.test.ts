import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { trustedProxies } from '../src/base/address.js';
import type { FixtureOptions } from './harness.js';
import { startFixture, WITH_KEY } from './harness.js';

const TOKEN = 'metrics-token-for-tests-0123456789abcdefgh';

interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to a gateway of its own, with headers that `fetch` would not send. */
const sent = async (config: FixtureOptions['config'], { path, method = 'GET', headers = {} }: Sent) => {
  const fixture = await startFixture(config === undefined ? {} : { config });
  const asked = request(`${fixture.url}${path}`, { method, headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  await fixture.stop();
  return { status: answer.statusCode, headers: answer.headers, body };
};

describe('a gateway that signs staff in by itself', () => {
  it.each(['evil.example', 'evil.example:4000', 'localhost.evil.example'])(
    'does not answer under the name %s, on any page',
    async (host) => {
      for (const path of ['/', '/playground', '/graphql', '/staff/sign-in']) {
        expect((await sent(undefined, { path, headers: { host } })).status).toBe(421);
      }
    },
  );

  it.each([
    'localhost',
    'LOCALHOST:4000',
    'app.localhost:4000',
    '127.0.0.1',
    '192.0.2.7:4000',
    '[::1]:4000',
    'box.lan',
  ])('answers under %s', async (host) => {
    const config = { allowedHosts: ['box.lan'] };
    expect((await sent(config, { path: '/health', headers: { host } })).status).toBe(200);
  });

  it('opens no socket under a foreign name', async () => {
    const fixture = await startFixture();
    const url = `${fixture.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { host: 'evil.example' } });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('421');
    await fixture.stop();
  });

  it('control: with an issuer in charge every name is answered', async () => {
    const headers = { host: 'billing.example' };
    expect((await sent({ staff: { kind: 'none' } }, { path: '/health', headers })).status).toBe(200);
  });
});

describe('metrics', () => {
  const path = '/metrics';
  it('are for this machine, and not for whoever comes through a proxy on it', async () => {
    expect((await sent(undefined, { path })).status).toBe(200);
    expect((await sent(undefined, { path, headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(404);
    const behind = { trustedProxies: trustedProxies(['127.0.0.0/8'])! };
    expect((await sent(behind, { path })).status).toBe(404);
  });

  it('are for who shows the token, from anywhere', async () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const shown = (token: string) => ({ ...forwarded, authorization: `Bearer ${token}` });
    expect((await sent({ metricsToken: TOKEN }, { path, headers: shown(TOKEN) })).status).toBe(200);
    expect((await sent({ metricsToken: TOKEN }, { path, headers: shown(`${TOKEN}x`) })).status).toBe(404);
  });
});

describe('pages of other origins', () => {
  const preflight = { path: '/graphql', method: 'OPTIONS', headers: { origin: 'https://app.example' } };

  it('may send what GraphQL clients send, and read when to come back', async () => {
    const { status, headers } = await sent(undefined, preflight);
    expect([status, headers['access-control-allow-origin']]).toEqual([204, '*']);
    for (const name of [
      'apollographql-client-name',
      'apollo-require-preflight',
      'authorization',
      'x-request-id',
    ]) {
      expect(headers['access-control-allow-headers']).toContain(name);
    }
    const answer = await sent(undefined, { path: '/graphql?query={whoAmI}', headers: WITH_KEY });
    expect(answer.headers['access-control-expose-headers']).toContain('retry-after');
  });

  it('may call only where their origin is listed, with the headers that are', async () => {
    const cors = { origins: ['https://app.example'], headers: ['x-own'] };
    const listed = await sent({ cors }, preflight);
    expect(listed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(listed.headers['access-control-allow-headers']).toContain('x-own');
    expect(listed.headers.vary).toBe('origin');
    const other = await sent({ cors }, { ...preflight, headers: { origin: 'https://evil.example' } });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});
