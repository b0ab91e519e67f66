import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLSchema, parse, type ExecutionResult, type FormattedExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { RESUMES_HEADER, type SubgraphEndpoint, type SubgraphRequest } from './endpoint.js';
import { clientError, messageOf } from '../base/errors.js';
import { IDENTITY_HEADER } from '../base/identity.js';
import { listenAt } from '../base/listen.js';
import type { Logger } from '../base/log.js';
import type { Metrics } from '../base/metrics.js';

const BODY_MAX_BYTES = 16 * 1024 * 1024;
const KEEP_ALIVE_MS = 65_000;
const DRAIN_MAX_MS = 10_000;
const PING_MS = 20_000;
const REFUSED_LINGER_MS = 1_000;

export interface ServerOptions {
  readonly endpoint: SubgraphEndpoint;
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface RunningServer {
  readonly url: string;
  /** Stops taking requests, waits a bounded time for those in hand. */
  stop(): Promise<void>;
}

/**
 * Serves one subgraph to the gateway: POST /graphql, graphql-ws on the same path, raw routes, /health, /ready and
 * /metrics. Not meant for the outside: it answers only callers with the gateway's signed identity.
 */
export async function serveSubgraph(options: ServerOptions): Promise<RunningServer> {
  const state = { draining: false };
  const http = createServer((request, response) => {
    // A connection that is kept alive would keep the server from closing once its last answer is out.
    response.once('finish', () => {
      if (state.draining) request.socket.end();
    });
    answer(options, state, { request, response }).catch((error: unknown) => {
      options.logger.error({ error: messageOf(error) }, 'request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  await listenAt(http, { host: options.host, port: options.port, setting: 'PORT' });
  // From now on they are of connections that could not be accepted: no reason to end the others.
  http.on('error', (error) => options.logger.error({ error: messageOf(error) }, 'connection not accepted'));
  const sockets = serveSockets(options, http);
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    stop: async () => {
      state.draining = true;
      for (const socket of sockets.clients) socket.close(1001, 'going away');
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      await Promise.race([closed, new Promise<void>((resolve) => setTimeout(resolve, DRAIN_MAX_MS).unref())]);
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
    },
  };
}

/** A request and what answers it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(
  options: ServerOptions,
  state: { draining: boolean },
  { request, response }: Exchange,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/health') return send(response, 200, plain('ok'));
  if (path === '/ready') return ready(options, state, response);
  if (path === '/metrics') {
    const { registry } = options.metrics;
    return send(response, 200, { type: registry.contentType, text: await registry.metrics() });
  }
  const body = await readBody(request);
  if (body === null) return refuseLarge(request, response);
  if (path === '/graphql' && request.method === 'POST') return graphql(options, { request, response }, body);
  const raw = await options.endpoint.raw({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: headersOf(request),
    body,
  });
  response.writeHead(raw.status, raw.headers);
  response.end(raw.body);
}

async function graphql(
  { endpoint }: ServerOptions,
  { request, response }: Exchange,
  body: Buffer,
): Promise<void> {
  const parsed = parsedBody(body);
  if (parsed === null) return send(response, 400, plain('not a GraphQL request'));
  const result = await endpoint.execute({ ...parsed, headers: headersOf(request) });
  send(response, 200, { type: 'application/json', text: JSON.stringify(result) });
}

function parsedBody(body: Buffer): Omit<SubgraphRequest, 'headers'> | null {
  try {
    const parsed = JSON.parse(body.toString('utf8')) as SubgraphRequest;
    return typeof parsed.query === 'string' ? parsed : null;
  } catch {
    return null;
  }
}

async function ready(
  { endpoint }: ServerOptions,
  state: { draining: boolean },
  response: ServerResponse,
): Promise<void> {
  const ok = !state.draining && (await endpoint.healthy());
  send(response, ok ? 200 : 503, plain(ok ? 'ready' : 'not ready'));
}

interface Content {
  readonly type: string;
  readonly text: string;
}

const plain = (text: string): Content => ({ type: 'text/plain', text });

function send(response: ServerResponse, status: number, { type, text }: Content): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** The body, or null as soon as it is larger than a subgraph takes; the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_MAX_BYTES) {
        request.pause();
        resolve(null);
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the caller went away')));
  });
}

/** Answers before the body has arrived, and hangs up once the caller had a moment to read the answer. */
function refuseLarge(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
  send(response, 413, plain('too large'));
  request.resume();
  setTimeout(() => request.destroy(), REFUSED_LINGER_MS).unref();
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
}

/** graphql-ws for the gateway: each operation proves itself with the identity in its extensions. */
function serveSockets(options: ServerOptions, http: Server): WebSocketServer {
  const sockets = new WebSocketServer({ server: http, path: '/graphql', maxPayload: BODY_MAX_BYTES });
  useServer(
    {
      onSubscribe: async (_context, _id, payload) => {
        const request = {
          query: payload.query,
          variables: payload.variables ?? undefined,
          operationName: payload.operationName ?? undefined,
          headers: headersIn(payload.extensions),
        };
        // The endpoint runs the operation itself; graphql-ws only hands its results out.
        try {
          return { schema: NOTHING, document: LIVE, rootValue: await options.endpoint.subscribe(request) };
        } catch (error) {
          // Thrown further, it would close the socket and everybody else's operations on it.
          options.logger.error({ error: messageOf(error) }, 'subscription failed');
          return [clientError('INTERNAL', 'Internal error.')];
        }
      },
      // Results are as they should be seen already; graphql-ws would look for GraphQLError objects in them.
      onNext: (...[, , , , result]) => result as FormattedExecutionResult,
      subscribe: (args) => args.rootValue as AsyncIterableIterator<ExecutionResult>,
    },
    sockets,
    PING_MS,
  );
  return sockets;
}

/** Only names the kind of operation, for graphql-ws. */
const LIVE = parse('subscription { live }');
const NOTHING = new GraphQLSchema({});

/** Identity and request id of a socket's operation travel in its extensions, for a socket has one set of headers. */
function headersIn(extensions: Record<string, unknown> | null | undefined): Record<string, string> {
  const names = [IDENTITY_HEADER, 'x-request-id', 'traceparent', RESUMES_HEADER];
  return Object.fromEntries(
    names.map((name) => [name, extensions?.[name]]).filter((pair) => typeof pair[1] === 'string'),
  );
}
