import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fixture } from './harness.js';
import { ask, startFixture } from './harness.js';
import { API_KEY } from './subgraphs.js';

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

it('an upgrade to nowhere is answered with 400 and the connection ends', async () => {
  const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET /nowhere HTTP/1.1\r\nHost: localhost\r\n${UPGRADE.join('\r\n')}\r\n\r\n`);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

it('a client that vanishes while its upgrade is rejected does not end the process', async () => {
  const stream = new PassThrough();
  const request = { url: '/nowhere', headers: {} } as IncomingMessage;
  fixture.gateway.httpServer.emit('upgrade', request, stream, Buffer.alloc(0));
  expect(() => stream.emit('error', new Error('read ECONNRESET'))).not.toThrow();
  expect((await ask(fixture.url, { query: '{ whoAmI }' })).status).toBe(200);
});

it('clients that reset their connection while their upgrade is rejected do not end the process', async () => {
  const port = Number(new URL(fixture.url).port);
  const reset = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    socket.resetAndDestroy();
  };
  await Promise.all(Array.from({ length: 200 }, reset));
  await delay(100);
  expect((await ask(fixture.url, { query: '{ whoAmI }' })).status).toBe(200);
});

it('a client that never hangs up after its upgrade was rejected is hung up on', async () => {
  const socket = connect({ port: Number(new URL(fixture.url).port), host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(`GET /nowhere HTTP/1.1\r\nHost: localhost\r\n${UPGRADE.join('\r\n')}\r\n\r\n`);
  const connections = () =>
    new Promise<number>((resolve) => fixture.gateway.httpServer.getConnections((_, count) => resolve(count)));
  const before = await connections();
  socket.resume();
  await waitFor('the connection to be closed', async () => (await connections()) < before);
  socket.destroy();
});

const LOOK_UP_MS = 150;

/** Looks up keys so slowly that a client may be gone meanwhile. */
const slowly = (tenancy: SubgraphEndpoint): SubgraphEndpoint => ({
  ...tenancy,
  execute: async (request) => {
    if (request.query.includes('identifyApiKey')) await delay(LOOK_UP_MS);
    return tenancy.execute(request);
  },
});

it('a client that vanishes while its caller is looked up gives its place back', async () => {
  const own = await startFixture({
    config: { callerConcurrencyMax: 2 },
    endpoints: (all) => new Map([...all, ['tenancy', slowly(all.get('tenancy')!)]]),
  });
  const head = `Host: localhost\r\nAuthorization: Bearer ${API_KEY}\r\nContent-Type: application/json`;
  const vanish = async (): Promise<void> => {
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\nContent-Length: 100\r\n\r\n{`);
    await delay(LOOK_UP_MS / 3);
    socket.resetAndDestroy();
    await once(socket, 'close');
  };
  await Promise.all(Array.from({ length: 5 }, vanish));
  await delay(LOOK_UP_MS * 2);
  expect((await ask(own.url, { query: '{ whoAmI }' })).status).toBe(200);
  await own.stop();
});
