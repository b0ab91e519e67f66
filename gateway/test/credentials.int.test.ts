import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '@tollgate/testing/waiting';
import { createAuthenticator, KEY_KNOWN_MS, KEY_STALE_MAX_MS } from '../src/caller/identity.js';
import { watchCaller } from '../src/socket/recheck.js';
import type { Fixture } from './harness.js';
import {
  ask,
  collect,
  fixtureEndpoints,
  portalToken,
  socketClient,
  startFixture,
  TEST_CONFIG,
} from './harness.js';
import { API_KEY, Backend, sha256, TENANT } from './subgraphs.js';

const REVOKED_WITHIN_MS = 5_000;
const GUESSES = 1_200;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

it('a key that is revoked is refused within 5 s, and its open sockets are closed', async () => {
  const client = socketClient(fixture.url);
  const closed: { code?: number } = {};
  client.on('closed', (event) => (closed.code = (event as { code: number }).code));
  let isServed = false;
  client.on('connected', () => (isServed = true));
  const live = collect(client, 'subscription { invoiceUpdated { id } }');
  await waitFor('the socket to be served', () => isServed);
  fixture.backend.keys.clear();
  const revokedAt = performance.now();
  await waitFor(
    'the key to be refused',
    async () => (await ask(fixture.url, { query: '{ whoAmI }' })).status === 401,
    REVOKED_WITHIN_MS,
  );
  await waitFor('the socket to be closed', () => closed.code === 4403, REVOKED_WITHIN_MS);
  expect(performance.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
  live.stop();
});

const OLD_MS = KEY_KNOWN_MS + 1;

/** An authenticator before tenancy as a test wants it. */
const authenticatorOn = (change: (own: SubgraphEndpoint) => SubgraphEndpoint = (own) => own) => {
  const backend = new Backend();
  const tenancy = fixtureEndpoints(backend).get('tenancy');
  if (tenancy === undefined) throw new Error('no tenancy');
  const clock = { nowMs: Date.now() };
  const parts = { config: TEST_CONFIG, tenancy: change(tenancy), clock: () => clock.nowMs };
  const authenticator = createAuthenticator(parts);
  const from = (bearer: string) =>
    authenticator.authenticate({
      authorization: `Bearer ${bearer}`,
      address: '192.0.2.1',
      tenant: undefined,
      reason: undefined,
    });
  return { backend, clock, from };
};

it('guesses lock out nobody behind the same address, known or new, with a key or a token', async () => {
  const { backend, clock, from } = authenticatorOn();
  backend.keys.set(sha256('tg_test_new_one'), { tenant: TENANT, keyId: 'key_NEW' });
  await from(API_KEY);
  clock.nowMs += OLD_MS;
  const guesses = await Promise.allSettled(
    Array.from({ length: GUESSES }, (_, index) =>
      from(index % 2 ? `tg_test_guess${index}` : `nonsense${index}`),
    ),
  );
  expect(guesses.every((guess) => guess.status === 'rejected')).toBe(true);
  await expect(from('tg_test_another')).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
  await expect(from(API_KEY)).resolves.toMatchObject({ identity: { kind: 'tenant' } });
  await expect(from('tg_test_new_one')).resolves.toMatchObject({ identity: { actor: 'key_NEW' } });
  await expect(from(await portalToken())).resolves.toMatchObject({ identity: { kind: 'customer' } });
});

it('a token that was good and has expired is no guess', async () => {
  const { from } = authenticatorOn();
  const expired = await Promise.all(
    Array.from({ length: GUESSES }, () => portalToken({ expiresInSeconds: -100 })),
  );
  for (const token of expired) {
    await expect(from(token)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  }
});

it('asks once for a credential that comes many times at once', async () => {
  const { backend, from } = authenticatorOn();
  await Promise.all(Array.from({ length: 50 }, () => from(API_KEY)));
  expect(backend.keyLookups).toBe(1);
});

it('keys that are known work while tenancy is away, for a bounded time, and nobody waits for it', async () => {
  let isAway = false;
  const { backend, clock, from } = authenticatorOn((own) => ({
    ...own,
    execute: (request) => (isAway ? new Promise(() => undefined) : own.execute(request)),
  }));
  const knownMs = clock.nowMs;
  await from(API_KEY);
  isAway = true;
  clock.nowMs += OLD_MS;
  await from(API_KEY);
  const startedAt = performance.now();
  for (let request = 0; request < 20; request += 1) {
    clock.nowMs += OLD_MS;
    await from(API_KEY);
  }
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await expect(from('tg_test_unknown')).rejects.toMatchObject({
    extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
  });
  clock.nowMs = knownMs + KEY_STALE_MAX_MS + 1;
  await expect(from(API_KEY)).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
  isAway = false;
  backend.keys.clear();
  clock.nowMs += OLD_MS;
  await waitFor('the revoked key to be refused', () =>
    from(API_KEY).then(
      () => false,
      (error: unknown) => error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED',
    ),
  );
}, 20_000);

it('a socket that closes while its credential is checked is forgotten', async () => {
  let isSlow = true;
  const own = await startFixture({
    endpoints: (all) => {
      const tenancy = all.get('tenancy')!;
      const execute: SubgraphEndpoint['execute'] = async (request) => {
        if (isSlow) await delay(300);
        return tenancy.execute(request);
      };
      return new Map([...all, ['tenancy', { ...tenancy, execute }]]);
    },
  });
  const opened = Array.from({ length: 30 }, async (_, index) => {
    own.backend.keys.set(sha256(`tg_test_socket_${index}`), { tenant: TENANT, keyId: `key_${index}` });
    const socket = new WebSocket(`${own.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const payload = { authorization: `Bearer tg_test_socket_${index}` };
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    await delay(50);
    socket.terminate();
  });
  await Promise.all(opened);
  await waitFor('the look-ups', () => own.backend.keyLookups === opened.length);
  isSlow = false;
  await delay(2 * KEY_KNOWN_MS);
  expect(own.backend.keyLookups).toBe(opened.length);
  await own.stop();
}, 20_000);

it('a socket ends with its credential, whoever can be asked then', async () => {
  const closed: unknown[] = [];
  let checks = 0;
  const socket = { close: (code: number) => closed.push(code) } as unknown as WebSocket;
  const caller = { ...(await authenticatorOn().from(API_KEY)), expiresAtMs: Date.now() + 200 };
  const extra = { socket, request: {} as IncomingMessage, caller, subscriptions: 0, isClosed: false };
  const authenticate = (): Promise<never> => {
    checks += 1;
    return Promise.reject(new Error('the issuer is away'));
  };
  const credentials = { authorization: '', tenant: undefined, reason: undefined, address: '' };
  watchCaller({ authenticate }, extra, credentials);
  await waitFor('the end', () => closed.length > 0);
  await delay(100);
  expect([closed, checks]).toEqual([[4403], 0]);
});
