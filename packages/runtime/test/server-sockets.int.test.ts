import { createClient } from 'graphql-ws';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { IDENTITY_HEADER } from '../src/base/identity.js';
import { startProbe, token, type Probe } from './probe.js';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.stop());

const client = () =>
  createClient({
    url: `${probe.server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });

test('a subscription runs over a socket with its identity in the extensions, and ends at its source at once', async () => {
  const socket = client();
  const results = socket.iterate({
    query: 'subscription { ticks }',
    extensions: { [IDENTITY_HEADER]: token() },
  });
  expect((await results.next()).value).toEqual({ data: { ticks: 'first' } });
  expect(probe.watches).toBe(1);
  await probe.platform.live.publish('ticks', 'second');
  expect((await results.next()).value).toEqual({ data: { ticks: 'second' } });
  await results.return?.();
  // Nothing is published any more: the source ends although a next() waits.
  await waitFor('the source to end', () => probe.watches === 0);
  await socket.dispose();
});

test('a socket that goes away ends its sources', async () => {
  const socket = client();
  const results = socket.iterate({
    query: 'subscription { ticks }',
    extensions: { [IDENTITY_HEADER]: token() },
  });
  await results.next();
  expect(probe.watches).toBe(1);
  socket.terminate();
  await waitFor('the source to end', () => probe.watches === 0);
  await results.next().catch(() => undefined);
});

test('an operation that is refused or fails on a socket leaves the others on it alone', async () => {
  const socket = client();
  const good = socket.iterate({
    query: 'subscription { ticks }',
    extensions: { [IDENTITY_HEADER]: token() },
  });
  await good.next();
  const refused = socket.iterate({ query: 'subscription { ticks }' });
  expect((await refused.next()).value).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  const unreadable = socket.iterate({ query: 'subscription {', extensions: { [IDENTITY_HEADER]: token() } });
  expect((await unreadable.next()).value).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const broken = socket.iterate({
    query: 'subscription { broken }',
    extensions: { [IDENTITY_HEADER]: token() },
  });
  const failure = broken.next();
  await waitFor('the broken watch', () => probe.watches === 2);
  await probe.platform.live.publish('broken', 'x');
  // An end without an error would say that there is nothing more to come.
  await expect(failure).rejects.toMatchObject([
    { message: 'Internal error.', extensions: { code: 'INTERNAL' } },
  ]);
  await probe.platform.live.publish('ticks', 'still here');
  expect((await good.next()).value).toEqual({ data: { ticks: 'still here' } });
  await socket.dispose();
  await waitFor('the sources to end', () => probe.watches === 0);
});

test('every event is run by itself: it sees the present, and what was away for a moment is tried again', async () => {
  const socket = client();
  const results = socket.iterate({
    query: 'subscription { moments }',
    extensions: { [IDENTITY_HEADER]: token() },
  });
  expect((await results.next()).value).toEqual({ data: { moments: 'first' } });
  for (const event of ['second', 'fails once', 'third']) {
    await probe.platform.live.publish('moments', event);
    expect((await results.next()).value).toEqual({ data: { moments: event } });
  }
  expect(probe.momentReads).toBe(2);
  await socket.dispose();
});
