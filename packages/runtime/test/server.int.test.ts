import { once } from 'node:events';
import { connect, createServer as createTcpServer } from 'node:net';
import { TEST_IDENTITY_SECRET } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { IDENTITY_HEADER } from '../src/base/identity.js';
import { serveSubgraph } from '../src/graphql/server.js';
import { startSubgraph } from '../src/service/subgraph.js';
import { startProbe, token, type Probe } from './probe.js';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.stop());

const codeOf = async (...args: Parameters<Probe['ask']>): Promise<string | undefined> =>
  (await probe.ask(...args)).errors?.[0]?.extensions.code;
const status = async (path: string, init?: RequestInit): Promise<number> =>
  (await fetch(`${probe.server.url}${path}`, init)).status;

test('answers a caller with the gateway’s identity and nobody else', async () => {
  expect(await probe.ask('{ hello }')).toEqual({ data: { hello: 'world' } });
  expect(await codeOf('{ hello }', '')).toBe('UNAUTHENTICATED');
  expect(await codeOf('{ hello }', token('another-secret-0123456789'))).toBe('UNAUTHENTICATED');
  expect(await codeOf('{ hello }', token(TEST_IDENTITY_SECRET, Date.now() - 120_000))).toBe(
    'UNAUTHENTICATED',
  );
  expect(await codeOf('{ hello }', 'garbage.garbage')).toBe('UNAUTHENTICATED');
});

test('masks what went wrong inside, and names transient and bad input for what they are', async () => {
  const bug = await probe.ask('{ bug }');
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
  const { port, hostname } = new URL(probe.server.url);
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
  const response = await fetch(`${probe.server.url}/webhooks/echo?x=1`, { method: 'POST', body });
  expect([response.status, response.headers.get('x-echo'), await response.text()]).toEqual([
    202,
    'yes',
    '00ff0a0d',
  ]);
  expect(await status('/nowhere')).toBe(404);
});

test('readiness asks the database at most every two seconds and says no when it is down', async () => {
  const own = await startSubgraph(probe.platform, probe.definition);
  const before = probe.healthChecks;
  expect(await Promise.all([1, 2, 3].map(() => own.endpoint.healthy()))).toEqual([true, true, true]);
  expect(await own.endpoint.healthy()).toBe(true);
  expect(probe.healthChecks - before).toBe(1);
  probe.databaseHealthy = false;
  await waitFor('no', async () => !(await own.endpoint.healthy()));
  probe.databaseHealthy = true;
  await waitFor('yes', () => own.endpoint.healthy());
  await own.stop();
});

test('metrics and health are served', async () => {
  expect(await status('/health')).toBe(200);
  expect(await status('/metrics')).toBe(200);
});

test('stop() lets a request in hand end, refuses new ones and closes sockets', async () => {
  const draining = await probe.serve();
  const target = `${draining.url}/graphql`;
  const headers = { [IDENTITY_HEADER]: token() };
  const calls = probe.slowCalls;
  const inHand = fetch(target, { method: 'POST', headers, body: JSON.stringify({ query: '{ slow }' }) });
  await waitFor('the request in hand', () => probe.slowCalls > calls);
  const socket = new WebSocket(target.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const stopped = draining.stop();
  expect((await closed)[0]).toBe(1001);
  await expect(fetch(`${draining.url}/health`)).rejects.toThrow();
  probe.release();
  expect(await (await inHand).json()).toEqual({ data: { slow: 'done' } });
  await stopped;
});

test('a port that is taken is one sentence at the start, not a crash later', async () => {
  const taken = createTcpServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const start = serveSubgraph({
    ...probe.platform,
    endpoint: probe.subgraph.endpoint,
    host: '127.0.0.1',
    port,
  });
  await expect(start).rejects.toThrow(/^Port \d+ of 127\.0\.0\.1 is taken: .*PORT=\d+\.$/);
  taken.close();
});

test('a caller that hangs up in the middle of its body disturbs nobody', async () => {
  const { port, hostname } = new URL(probe.server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"query"');
  socket.destroy();
  expect(await probe.ask('{ hello }')).toEqual({ data: { hello: 'world' } });
});
