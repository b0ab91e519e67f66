import { once } from 'node:events';
import { WebSocket } from 'ws';
import { hold, type Attack } from '../attack.js';

const ENDED_WITHIN_MS = 10_000;

interface Frame {
  readonly type: string;
  readonly payload?: readonly {
    readonly extensions?: { readonly code?: string };
    readonly locations?: unknown;
  }[];
}

/** Subscriptions that cannot run, and sockets that are gone before they are let in. */
export const carelessSubscriptions: Attack = {
  name: 'careless-subscriptions',
  holds: 'a subscription that cannot run says why and where, and never just ends',
  async play(stage) {
    const { apiKey } = await stage.tenant();
    const url = stage.graphqlUrl.replace(/^http/, 'ws');
    const documents = [
      'subscription ($on: Boolean!) { invoiceUpdated @include(if: $on) { id } }',
      'subscription { invoiceUpdated { nothing } }',
    ];
    for (const query of documents) {
      const end = await endOf(url, apiKey, query);
      const [first] = Array.isArray(end.payload) ? end.payload : [];
      const seen = `${query} ended with ${JSON.stringify(end)}`;
      hold(end.type === 'error' && first?.extensions?.code === 'GRAPHQL_VALIDATION_FAILED', seen);
      hold(first.locations !== undefined, seen);
    }
  },
};

/** The last frame that an operation gets. */
async function endOf(url: string, token: string, query: string): Promise<Frame> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  try {
    await once(socket, 'open');
    const ended = new Promise<Frame>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString('utf8')) as Frame;
        if (frame.type === 'connection_ack') {
          socket.send(
            JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { on: true } } }),
          );
        } else if (frame.type === 'error' || frame.type === 'complete') resolve(frame);
      });
      socket.once('close', (code) => reject(new Error(`the socket closed with ${code}`)));
      setTimeout(() => reject(new Error('nothing came')), ENDED_WITHIN_MS).unref();
    });
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    return await ended;
  } finally {
    socket.terminate();
  }
}
