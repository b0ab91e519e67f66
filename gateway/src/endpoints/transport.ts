import type {
  RawRequest,
  RawResponse,
  SubgraphEndpoint,
  SubgraphError,
  SubgraphRequest,
  SubgraphResponse,
} from '@tollgate/runtime/graphql/endpoint';
import { AsyncSource } from '@tollgate/runtime/live/async-source';
import { GraphQLError } from 'graphql';
import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import { rejection } from '../base/errors.js';

const CONNECTIONS_MAX = 64;
const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 30_000;
const HEALTH_TIMEOUT_MS = 2_000;
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const IDLE_SOCKET_MS = 10_000;
/** Events that came while an earlier one was being completed; beyond it the source counts as broken. */
const EVENTS_MAX = 1_000;

/** A subgraph in another process, with what must be closed when the gateway stops. */
export interface HttpEndpoint extends SubgraphEndpoint {
  close(): Promise<void>;
}

export interface HttpEndpointOptions {
  /** A freshly signed identity of the gateway itself: the shared socket proves itself with it. */
  readonly connectionIdentity: () => string;
}

/** A subgraph over HTTP: pooled requests at `<url>/graphql`, one shared socket for all subscriptions. */
export function httpEndpoint(name: string, url: string, options: HttpEndpointOptions): HttpEndpoint {
  const pool = new Pool(url, {
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    maxResponseSize: ANSWER_MAX_BYTES,
  });
  const socket = sharedSocket(`${url.replace(/^http/, 'ws')}/graphql`, options);
  return {
    name,
    execute: (request) => executeOver(pool, name, request),
    subscribe: (request) => Promise.resolve(subscribeOver(socket, name, request)),
    raw: (request) => rawOver(pool, name, request),
    healthy: () => healthyOver(pool),
    close: async () => {
      await socket.dispose();
      await pool.destroy();
    },
  };
}

async function executeOver(pool: Pool, name: string, request: SubgraphRequest): Promise<SubgraphResponse> {
  const { query, variables, operationName, headers } = request;
  const body = JSON.stringify({ query, variables, operationName });
  const answer = await reached(name, () => postJson(pool, { path: '/graphql', headers, body }));
  return answered(name, answer);
}

/** A POST of JSON, and an answer that is read whole. */
interface JsonPost {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The text of the answer whatever its status; rejects where none came. Spares the stream that `request` wraps it in. */
function postJson(pool: Pool, { path, headers, body }: JsonPost): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pool.dispatch(
      {
        method: 'POST',
        path,
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body,
      },
      {
        // Undici knows a handler of this kind by this method.
        onRequestStart: () => undefined,
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => resolve(textOf(chunks)),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only.toString() : Buffer.concat(chunks).toString();
}

/** The answer as GraphQL; anything else (a proxy's page, a truncated body) is a subgraph out of order. */
function answered(name: string, text: string): SubgraphResponse {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer)) {
      return answer as SubgraphResponse;
    }
  } catch {
    // Falls through: not JSON is not an answer.
  }
  throw unavailable(name);
}

async function rawOver(pool: Pool, name: string, request: RawRequest): Promise<RawResponse> {
  return await reached(name, async () => {
    const { method, path, body } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([key]) => !HOP_HEADERS.has(key)),
    );
    const answer = await pool.request({ method: method as 'POST', path, headers, body });
    const plain = Object.entries(answer.headers).flatMap(([key, value]) =>
      typeof value === 'string' && !HOP_HEADERS.has(key) ? [[key, value] as const] : [],
    );
    return { status: answer.statusCode, headers: Object.fromEntries(plain), body: await answer.body.text() };
  });
}

/** Headers that belong to one connection, not to the message. */
const HOP_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

async function healthyOver(pool: Pool): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: '/ready',
      headersTimeout: HEALTH_TIMEOUT_MS,
    });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}

async function reached<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch {
    throw unavailable(name);
  }
}

function unavailable(name: string) {
  return rejection('SUBGRAPH_UNAVAILABLE', `The ${name} service cannot be reached at the moment`);
}

/** Connects at the first subscription; a peer that does not answer pings is cut off, so that sources reopen. */
function sharedSocket(url: string, options: HttpEndpointOptions): Client {
  let active: WebSocket | undefined;
  let pongTimer: NodeJS.Timeout | undefined;
  return createClient({
    url,
    webSocketImpl: WebSocket,
    lazy: true,
    lazyCloseTimeout: IDLE_SOCKET_MS,
    keepAlive: PING_EVERY_MS,
    // Reopening is the subscription's business: it signs a new identity each time.
    retryAttempts: 0,
    connectionParams: () => ({ identity: options.connectionIdentity() }),
    on: {
      opened: (socket) => {
        active = socket as WebSocket;
      },
      ping: (received) => {
        if (received) return;
        pongTimer = setTimeout(() => active?.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
      closed: () => {
        clearTimeout(pongTimer);
      },
    },
  });
}

function subscribeOver(
  socket: Client,
  name: string,
  request: SubgraphRequest,
): AsyncSource<SubgraphResponse> {
  const { query, variables, operationName, headers } = request;
  const fail = (error: Error): void => {
    events.fail(error);
    stop();
  };
  const events = new AsyncSource<SubgraphResponse>({
    pendingMax: EVENTS_MAX,
    onOverflow: () => fail(unavailable(name)),
    onReturn: () => stop(),
  });
  const stop = socket.subscribe<Record<string, unknown>>(
    {
      query,
      variables: variables ?? null,
      operationName: operationName ?? null,
      extensions: { ...headers },
    },
    {
      next: (event) => {
        events.push(event as SubgraphResponse);
      },
      error: (cause) => {
        events.fail(Array.isArray(cause) ? ended(name, cause as unknown[]) : unavailable(name));
      },
      complete: () => {
        events.end();
      },
    },
  );
  return events;
}

/** The subgraph said why there is nothing more to come. */
function ended(name: string, [first]: readonly unknown[]): Error {
  const { message, extensions } = (first ?? {}) as Partial<SubgraphError>;
  return extensions === undefined ? unavailable(name) : new GraphQLError(message ?? '', { extensions });
}
