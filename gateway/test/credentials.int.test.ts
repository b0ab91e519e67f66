import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '@tollgate/testing/waiting';
import { createAuthenticator, KEY_KNOWN_MS } from '../src/caller/identity.js';
import type { Fixture } from './harness.js';
import { ask, collect, fixtureEndpoints, socketClient, startFixture, TEST_CONFIG } from './harness.js';
import { API_KEY, Backend } from './subgraphs.js';

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

it('guesses do not lock out a key that is in use behind the same address', async () => {
  const tenancy = fixtureEndpoints(new Backend()).get('tenancy');
  if (tenancy === undefined) throw new Error('no tenancy');
  let nowMs = Date.now();
  const { authenticate } = createAuthenticator({ config: TEST_CONFIG, tenancy, clock: () => nowMs });
  const from = (key: string) =>
    authenticate({
      authorization: `Bearer ${key}`,
      address: '192.0.2.1',
      tenant: undefined,
      reason: undefined,
    });
  await from(API_KEY);
  nowMs += KEY_KNOWN_MS + 1;
  const guesses = await Promise.allSettled(
    Array.from({ length: GUESSES }, (_, index) => from(`tg_test_guess${index}`)),
  );
  expect(guesses.every((guess) => guess.status === 'rejected')).toBe(true);
  await expect(from('tg_test_another')).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
  await expect(from(API_KEY)).resolves.toMatchObject({ identity: { kind: 'tenant' } });
});
