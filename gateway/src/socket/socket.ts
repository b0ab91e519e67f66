import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { codeOf, publicError, publicFailure } from '../base/errors.js';
import { credentialsIn } from '../caller/credentials.js';
import type { Trace } from '../federation/context.js';
import { traceOf } from '../http/trace.js';
import { BODY_MAX_BYTES } from '../operation/limits.js';
import { SourceLost } from '../subscriptions/upstream.js';
import { withBackpressure } from './backpressure.js';
import type { Extra, Params, Running, SharedResult, SocketParts } from './operation.js';
import { InvalidDocument, placed } from './invalid.js';
import { argsOf, executeOnce, shownResult, start } from './operation.js';
import { watchCaller } from './recheck.js';

export interface Sockets {
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Tells every client to come back elsewhere (1001). */
  closeAll(): void;
  terminateAll(): void;
  readonly open: number;
}

const CLOSE_INTERNAL = 1011;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_TRY_AGAIN = 1013;
const REJECTED_LINGER_MS = 1_000;

/** graphql-transport-ws on the gateway's port: subscriptions, and queries for clients that send them this way. */
export function createSockets(parts: SocketParts): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: BODY_MAX_BYTES,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const protocol = makeServer<Params, Extra>(protocolOf(parts));
  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    parts.metrics.sockets.inc();
    const extra: Extra = { socket, request, subscriptions: 0, isClosed: false };
    const bound = { stallMs: parts.socketStallMs, onStall: () => parts.metrics.stalledSockets.inc() };
    const closed = protocol.opened(withBackpressure(socket, bound), extra);
    socket.on('error', () => {
      socket.close(CLOSE_INTERNAL);
    });
    socket.once('close', (code, reason) => {
      parts.metrics.sockets.dec();
      extra.isClosed = true;
      clearTimeout(extra.recheck);
      closed(code, reason.toString())?.catch(() => undefined);
    });
  });
  return {
    upgrade: (request, stream, head) => {
      server.handleUpgrade(request, stream, head, (socket) => server.emit('connection', socket, request));
    },
    closeAll: () => {
      for (const socket of server.clients) socket.close(CLOSE_GOING_AWAY, 'Going away');
    },
    terminateAll: () => {
      for (const socket of server.clients) socket.terminate();
    },
    get open() {
      return server.clients.size;
    },
  };
}

function protocolOf(parts: SocketParts): ServerOptions<Params, Extra> {
  return {
    onConnect: (context) => connect(parts, context),
    onSubscribe: async ({ extra }, _id, payload) => {
      const trace = traceOf(extra.request.headers);
      try {
        return argsOf(parts, await start(parts, { extra, payload, trace }));
      } catch (error) {
        return rejected(parts, error, trace);
      }
    },
    execute: (args) => executeOnce(parts, args.contextValue as Running),
    subscribe: (args) => {
      const { reader } = args.contextValue as Running;
      if (reader === undefined) throw new Error('a subscription starts with its reader');
      return reader as AsyncIterableIterator<ExecutionResult>;
    },
    // Of four arguments, whose socket it is and what went wrong.
    onError: (...[{ extra }, , , errors]) => ended(parts, extra, errors),
    // Of five arguments, what was run and what came out of it.
    onNext: (...[, , , args, result]) => shownResult(args.contextValue as Running, result as SharedResult),
  };
}

/** Why an operation does not start: whatever was thrown, as its client may see it. */
function rejected(parts: SocketParts, error: unknown, trace: Trace): GraphQLError[] {
  const failures = error instanceof InvalidDocument ? error.errors : [error];
  const code = codeOf(failures[0]);
  parts.metrics.rejections.inc({ code: code ?? 'INTERNAL' });
  if (code === undefined) parts.logger.error({ ...trace, error: String(error) }, 'request failed');
  return failures.map((failure) => asError(failure, publicFailure(failure, trace.requestId)));
}

/**
 * An operation ends with an error. Where only its source is away, the socket ends instead: clients come back after 1013
 * by themselves, and nobody takes the silence for an end.
 */
function ended(parts: SocketParts, extra: Extra, errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  const { requestId } = traceOf(extra.request.headers);
  for (const error of errors) {
    if (error.originalError instanceof SourceLost) extra.socket.close(CLOSE_TRY_AGAIN, 'Try again later');
    else if (codeOf(error) === undefined) {
      parts.logger.error({ requestId, error: String(error) }, 'operation failed');
    }
  }
  // Those of an operation that did not start are as they should be seen already.
  return errors.map((error) =>
    error.extensions['traceId'] === undefined ? publicError(error.toJSON(), requestId) : error.toJSON(),
  );
}

/** Lets a caller in and watches that it stays welcome; false closes with 4403. */
async function connect(
  parts: SocketParts,
  { extra, connectionParams }: Context<Params, Extra>,
): Promise<boolean> {
  const connecting = { params: connectionParams, request: extra.request };
  const credentials = credentialsIn(connecting, parts.trustedProxies);
  try {
    extra.caller = await parts.authenticator.authenticate(credentials);
    watchCaller(parts.authenticator, extra, credentials);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? 'INTERNAL';
    parts.metrics.rejections.inc({ code });
    parts.logger.info({ code, address: credentials.address }, 'socket rejected');
    return false;
  }
}

/** The shown failure as graphql-ws wants it, with the places in the document that it names. */
function asError(failure: unknown, { message, extensions = {} }: GraphQLFormattedError): GraphQLError {
  return placed(failure instanceof GraphQLError ? failure : new GraphQLError(message), message, extensions);
}

/**
 * Answers an upgrade that is not taken, and hangs up in a moment whether or not its client does. The client may be gone
 * already: without a listener its reset would end the process.
 */
export function rejectUpgrade(stream: Duplex, statusLine = '400 Bad Request'): void {
  stream.on('error', () => stream.destroy());
  const hangUp = setTimeout(() => stream.destroy(), REJECTED_LINGER_MS).unref();
  stream.once('close', () => clearTimeout(hangUp));
  // What is still to come is thrown away: a stream that is not read never ends.
  stream.resume();
  stream.end(`HTTP/1.1 ${statusLine}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** True where a request asks for the protocol that the gateway speaks. */
export function speaksOurProtocol(request: IncomingMessage): boolean {
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(/,\s*/)
    .includes(GRAPHQL_TRANSPORT_WS_PROTOCOL);
}
