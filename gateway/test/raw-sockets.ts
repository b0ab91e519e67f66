import { connect } from 'node:net';
import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { WebSocket } from 'ws';
import { WITH_KEY } from './harness.js';
import { API_KEY } from './subgraphs.js';

/** Lets a test break a source in the middle of a `next()`. */
export function breakable(endpoint: SubgraphEndpoint, fails: ((error: Error) => void)[]): SubgraphEndpoint {
  return {
    ...endpoint,
    subscribe: async (request) => {
      const source = await endpoint.subscribe(request);
      const breaking: AsyncIterableIterator<SubgraphResponse> = {
        next: () => Promise.race([source.next(), new Promise<never>((_, reject) => fails.push(reject))]),
        return: () => source.return?.() ?? Promise.resolve({ done: true, value: undefined }),
        [Symbol.asyncIterator]: () => breaking,
      };
      return breaking;
    },
  };
}

/** A socket whose connection is acknowledged, to be spoken to by hand. */
export async function rawSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  const acknowledged = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: WITH_KEY }));
  await acknowledged;
  return socket;
}

/** Speaks WebSocket over a plain TCP socket that subscribes and then never reads again. */
export async function deafSocket(url: string, query: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(frame({ type: 'connection_init', payload: { authorization: `Bearer ${API_KEY}` } }));
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(frame({ id: '1', type: 'subscribe', payload: { query } }));
  socket.pause();
  return socket;
}

/** A masked text frame, as clients send them (mask of zeros). */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length =
    text.length < 126 ? [0x80 | text.length] : [0x80 | 126, text.length >> 8, text.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), text]);
}
