import { once } from 'node:events';
import { connect, createServer as createTcpServer } from 'node:net';
import { createClient } from 'graphql-ws';
import { createTestPlatform, TEST_IDENTITY_SECRET, type TestPlatform } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { clientError, Retryable } from '../src/base/errors.js';
import { IDENTITY_HEADER, signIdentity } from '../src/base/identity.js';
import { liveIterator } from '../src/live/live-iterator.js';
import { serveSubgraph, type RunningServer } from '../src/graphql/server.js';
import { startSubgraph, type RunningSubgraph, type SubgraphDefinition } from '../src/service/subgraph.js';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type Query { hello: String! slow: String! bug: String! transient: String! refused: String! stored(text: String!): String! }
  type Subscription { ticks: String! broken: String! }
`;

let platform: TestPlatform;
let subgraph: RunningSubgraph;
let server: RunningServer;
let release: () => void = () => undefined;
let slowCalls = 0;
let watches = 0;
let healthChecks = 0;
let liveHealthy = true;

const definition = (): SubgraphDefinition => ({
  name: 'probe',
  typeDefs,
  consumers: [],
  routes: {
    '/webhooks/echo': async (request) => ({
      status: 202,
      headers: { 'x-echo': 'yes' },
      body: request.body.toString('hex'),
    }),
  },
  resolvers: {
    Query: {
      hello: () => 'world',
      slow: async () => {
        slowCalls += 1;
        await new Promise<void>((resolve) => (release = resolve));
        return 'done';
      },
      bug: () => {
        throw new Error('password is hunter2');
      },
      transient: () => {
        throw new Retryable('broker down');
      },
      refused: () => {
        throw clientError('FORBIDDEN', 'Not you.');
      },
      stored: async (_: unknown, { text }: { text: string }) => {
        await platform.db.control((tx) =>
          tx.query('SELECT $1::text, $2::jsonb', [text, JSON.stringify(text)]),
        );
        return text;
      },
    },
    Subscription: {
      ticks: {
        subscribe: () =>
          liveIterator({
            live: platform.live,
            channels: ['ticks'],
            first: async () => [{ ticks: 'first' }],
            next: (payload) => ({ ticks: payload }),
          }),
      },
      broken: {
        subscribe: () =>
          liveIterator({
            live: platform.live,
            channels: ['broken'],
            next: () => {
              throw new Error('password is hunter2');
            },
          }),
      },
    },
  },
});

beforeAll(async () => {
  platform = await createTestPlatform();
  const { live } = platform;
  const watch = live.watch.bind(live);
  live.watch = async (channel, onMessage) => {
    const watched = await watch(channel, onMessage);
    watches += 1;
    return {
      close: () => {
        watches -= 1;
        watched.close();
      },
    };
  };
  live.healthy = async () => {
    healthChecks += 1;
    return liveHealthy;
  };
  subgraph = await startSubgraph(platform, definition());
  server = await serve();
});
afterAll(async () => {
  await server.stop();
  await subgraph.stop();
  await platform.destroy();
});

const serve = (): Promise<RunningServer> =>
  serveSubgraph({ ...platform, endpoint: subgraph.endpoint, host: '127.0.0.1', port: 0 });
const token = (secret = TEST_IDENTITY_SECRET, nowMs = Date.now()): string =>
  signIdentity({ kind: 'system', actor: 'test' }, secret, nowMs);
const ask = async (query: string, identity: string | undefined = token(), variables: object = {}) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(identity ? { [IDENTITY_HEADER]: identity } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as {
    data?: object;
    errors?: { message: string; extensions: { code: string } }[];
  };
};
const codeOf = async (...args: Parameters<typeof ask>): Promise<string | undefined> =>
  (await ask(...args)).errors?.[0]?.extensions.code;
const status = async (path: string, init?: RequestInit): Promise<number> =>
  (await fetch(`${server.url}${path}`, init)).status;

test('answers a caller with the gateway’s identity and nobody else', async () => {
  expect(await ask('{ hello }')).toEqual({ data: { hello: 'world' } });
  expect(await codeOf('{ hello }', '')).toBe('UNAUTHENTICATED');
  expect(await codeOf('{ hello }', token('another-secret-0123456789'))).toBe('UNAUTHENTICATED');
  expect(await codeOf('{ hello }', token(TEST_IDENTITY_SECRET, Date.now() - 120_000))).toBe(
    'UNAUTHENTICATED',
  );
  expect(await codeOf('{ hello }', 'garbage.garbage')).toBe('UNAUTHENTICATED');
});

test('masks what went wrong inside, and names transient and bad input for what they are', async () => {
  const bug = await ask('{ bug }');
  expect(JSON.stringify(bug)).not.toContain('hunter2');
  expect(bug.errors?.[0]?.extensions.code).toBe('INTERNAL');
  expect(await codeOf('{ transient }')).toBe('UNAVAILABLE');
  expect(await codeOf('{ refused }')).toBe('FORBIDDEN');
  expect(await codeOf('{ nothing }')).toBe('BAD_USER_INPUT');
  expect(await codeOf('{ hello')).toBe('BAD_USER_INPUT');
  for (const t of ['a\u0000b', '\ud800', 'x\udc00']) {
    expect(await codeOf('query($t: String!) { stored(text: $t) }', token(), { t })).toBe('BAD_USER_INPUT');
  }
});

test('refuses a body that is too large with 413, announced or not, and one that is no request with 400', async () => {
  const large = new Uint8Array(17 * 1024 * 1024);
  expect(await status('/graphql', { method: 'POST', body: large })).toBe(413);
  expect(await firstAnswerToChunks(17)).toMatch(/^HTTP\/1\.1 413 /);
  for (const body of ['', 'null', '[]', '{"query":1}', '{']) {
    expect(await status('/graphql', { method: 'POST', body })).toBe(400);
  }
});

/** Sends a chunked body of this many MiB without saying how long it will be; the first thing the server says. */
const firstAnswerToChunks = async (mebibytes: number): Promise<string> => {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  for (let part = 0; part < mebibytes; part += 1) {
    socket.write(`${chunk.length.toString(16)}\r\n`);
    socket.write(chunk);
    socket.write('\r\n');
  }
  const [bytes] = await answer;
  socket.destroy();
  return bytes.toString('latin1');
};

test('raw routes get their bytes as they came, unknown ones 404', async () => {
  const body = Buffer.from([0, 255, 10, 13]);
  const response = await fetch(`${server.url}/webhooks/echo?x=1`, { method: 'POST', body });
  expect([response.status, response.headers.get('x-echo'), await response.text()]).toEqual([
    202,
    'yes',
    '00ff0a0d',
  ]);
  expect(await status('/nowhere')).toBe(404);
});

const client = () =>
  createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
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
  expect(watches).toBe(1);
  await platform.live.publish('ticks', 'second');
  expect((await results.next()).value).toEqual({ data: { ticks: 'second' } });
  await results.return?.();
  // Nothing is published any more: the source ends although a next() waits.
  await waitFor('the source to end', () => watches === 0);
  await socket.dispose();
});

test('a socket that goes away ends its sources', async () => {
  const socket = client();
  const results = socket.iterate({
    query: 'subscription { ticks }',
    extensions: { [IDENTITY_HEADER]: token() },
  });
  await results.next();
  expect(watches).toBe(1);
  socket.terminate();
  await waitFor('the source to end', () => watches === 0);
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
  await waitFor('the broken watch', () => watches === 2);
  await platform.live.publish('broken', 'x');
  expect((await failure).value).toMatchObject({ errors: [{ message: 'Internal error.' }] });
  expect((await broken.next()).done).toBe(true);
  await platform.live.publish('ticks', 'still here');
  expect((await good.next()).value).toEqual({ data: { ticks: 'still here' } });
  await socket.dispose();
  await waitFor('the sources to end', () => watches === 0);
});

test('readiness asks the ports at most every two seconds and says no when one is down', async () => {
  const own = await startSubgraph(platform, definition());
  const before = healthChecks;
  expect(await Promise.all([1, 2, 3].map(() => own.endpoint.healthy()))).toEqual([true, true, true]);
  expect(await own.endpoint.healthy()).toBe(true);
  expect(healthChecks - before).toBe(1);
  liveHealthy = false;
  await waitFor('no', async () => !(await own.endpoint.healthy()));
  liveHealthy = true;
  await waitFor('yes', () => own.endpoint.healthy());
  await own.stop();
});

test('metrics and health are served', async () => {
  expect(await status('/health')).toBe(200);
  expect(await status('/metrics')).toBe(200);
});

test('stop() lets a request in hand end, refuses new ones and closes sockets', async () => {
  const draining = await serve();
  const target = `${draining.url}/graphql`;
  const headers = { [IDENTITY_HEADER]: token() };
  const calls = slowCalls;
  const inHand = fetch(target, { method: 'POST', headers, body: JSON.stringify({ query: '{ slow }' }) });
  await waitFor('the request in hand', () => slowCalls > calls);
  const socket = new WebSocket(target.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const stopped = draining.stop();
  expect((await closed)[0]).toBe(1001);
  await expect(fetch(`${draining.url}/health`)).rejects.toThrow();
  release();
  expect(await (await inHand).json()).toEqual({ data: { slow: 'done' } });
  await stopped;
});

test('a port that is taken is an error of the start, not a crash later', async () => {
  const taken = createTcpServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const start = serveSubgraph({ ...platform, endpoint: subgraph.endpoint, host: '127.0.0.1', port });
  await expect(start).rejects.toThrow('EADDRINUSE');
  taken.close();
});

test('a caller that hangs up in the middle of its body disturbs nobody', async () => {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"query"');
  socket.destroy();
  expect(await ask('{ hello }')).toEqual({ data: { hello: 'world' } });
});
