import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type {
  ExecutionArgs,
  ExecutionResult,
  FormattedExecutionResult,
  GraphQLFormattedError,
} from 'graphql';
import { GraphQLError } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, makeServer } from 'graphql-ws';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { OperationContext } from '../federation/apollo-server.js';
import type { ConcurrencyBudget } from '../caller/rate-limit.js';
import { codeOf, publicError, publicFailure, refusal } from '../base/errors.js';
import type { GraphqlParts } from '../http/graphql-http.js';
import { record } from '../http/graphql-http.js';
import type { Caller, Credentials } from '../caller/identity.js';
import { BODY_MAX_BYTES } from '../operation/limits.js';
import type { Mailbox } from '../subscriptions/mailbox.js';
import type { Operation } from '../operation/operations.js';
import { paced } from './backpressure.js';
import { operationContext, traceOf } from '../http/request.js';
import type { Subscriptions } from '../subscriptions/subscriptions.js';

export interface SocketParts extends GraphqlParts {
  readonly schema: ExecutionArgs['schema'];
  readonly subscriptions: Subscriptions;
  readonly subscriptionsOfCaller: ConcurrencyBudget;
  readonly subscriptionsPerSocketMax: number;
  readonly socketStallMs: number;
}

export interface Sockets {
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Tells every client to come back elsewhere (1001). */
  closeAll(): void;
  terminateAll(): void;
  readonly open: number;
}

/** A caller is looked at again so often while its socket is open: a revoked key ends its subscriptions. */
const RECHECK_MS = 2_000;
const CLOSE_INTERNAL = 1011;
const CLOSE_FORBIDDEN = 4403;
const CLOSE_GOING_AWAY = 1001;

type Params = Record<string, unknown> | undefined;

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  caller?: Caller;
  recheck?: NodeJS.Timeout;
  subscriptions: number;
}

/** An admitted operation on its way through graphql-ws. */
interface Running {
  readonly operation: Operation;
  readonly caller: Caller;
  readonly context: OperationContext;
  readonly reader?: Mailbox<SubgraphResponse>;
}

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
    const extra: Extra = { socket, request, subscriptions: 0 };
    const pace = { stallMs: parts.socketStallMs, onStall: () => parts.metrics.stalledSockets.inc() };
    const closed = protocol.opened(paced(socket, pace), extra);
    socket.on('error', () => {
      socket.close(CLOSE_INTERNAL);
    });
    socket.once('close', (code, reason) => {
      parts.metrics.sockets.dec();
      clearTimeout(extra.recheck);
      void closed(code, reason.toString());
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
        parts.metrics.refusals.inc({ code: codeOf(error) ?? 'INTERNAL' });
        if (codeOf(error) === undefined) parts.logger.error({ ...trace, error: String(error) }, 'refused');
        return [asError(publicFailure(error, trace.requestId))];
      }
    },
    execute: (args) => executeOnce(parts, args.contextValue as Running),
    subscribe: (args) => {
      const { reader } = args.contextValue as Running;
      if (reader === undefined) throw new Error('a subscription starts with its reader');
      return reader as AsyncIterableIterator<ExecutionResult>;
    },
    onNext: (_context, _id, _payload, args, result) =>
      shown(args.contextValue as Running, result as SharedResult),
  };
}

/** Lets a caller in and watches that it stays welcome; false closes with 4403. */
async function connect(
  parts: SocketParts,
  { extra, connectionParams }: Context<Params, Extra>,
): Promise<boolean> {
  const credentials = credentialsIn(connectionParams, extra);
  try {
    extra.caller = await parts.authenticator.authenticate(credentials);
    watchCaller(parts, extra, credentials);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? 'INTERNAL';
    parts.metrics.refusals.inc({ code });
    parts.logger.info({ code, address: credentials.address }, 'socket refused');
    return false;
  }
}

/** At the token's expiry, and every few seconds, the credential is checked again; a refusal closes the socket. */
function watchCaller(parts: SocketParts, extra: Extra, credentials: Credentials): void {
  const leftMs = (extra.caller?.expiresAtMs ?? 0) - Date.now();
  extra.recheck = setTimeout(
    () => {
      parts.authenticator.authenticate(credentials).then(
        (caller) => {
          extra.caller = caller;
          watchCaller(parts, extra, credentials);
        },
        (error: unknown) => {
          // Only a clear no ends the socket; a subgraph that restarts does not.
          if (codeOf(error) === 'UNAUTHENTICATED' || codeOf(error) === 'FORBIDDEN') {
            extra.socket.close(CLOSE_FORBIDDEN, 'The credential is no longer valid');
          } else watchCaller(parts, extra, credentials);
        },
      );
    },
    Math.max(0, Math.min(leftMs, RECHECK_MS)),
  ).unref();
}

interface Start {
  readonly extra: Extra;
  readonly payload: SubscribePayload;
  readonly trace: ReturnType<typeof traceOf>;
}

async function start(parts: SocketParts, { extra, payload, trace }: Start): Promise<Running> {
  const { caller } = extra;
  if (caller === undefined) throw refusal('UNAUTHENTICATED', 'Connect first');
  parts.rate.take(caller.key, Date.now());
  const operation = parts.operations.admit(payload, caller);
  if (operation === null) throw refusal('BAD_REQUEST', 'The document is not readable as GraphQL');
  const fault = operation.faults[0];
  if (fault !== undefined) throw refusal('BAD_REQUEST', fault.message);
  if (operation.measure === undefined) throw refusal('BAD_REQUEST', 'There is no operation of that name');
  const running = { operation, caller, context: operationContext(caller, trace, parts.authenticator, true) };
  if (operation.measure.operation.operation !== 'subscription') return running;
  const leave = enter(parts, extra, caller);
  try {
    const reader = await parts.subscriptions.subscribe(operation, caller, running.context);
    reader.onEnd(leave);
    parts.logger.info({ kind: 'subscription', ...nameOf(operation, caller), ...trace }, 'subscribed');
    return { ...running, reader };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Takes a place at the socket and at the caller; the function returned gives both back. */
function enter(parts: SocketParts, extra: Extra, caller: Caller): () => void {
  if (extra.subscriptions >= parts.subscriptionsPerSocketMax) {
    throw refusal('TOO_MANY_SUBSCRIPTIONS', 'This socket has as many subscriptions as one may have');
  }
  const leaveCaller = parts.subscriptionsOfCaller.enter(caller.key);
  extra.subscriptions += 1;
  parts.metrics.subscriptions.inc();
  return () => {
    extra.subscriptions -= 1;
    parts.metrics.subscriptions.dec();
    leaveCaller();
  };
}

async function executeOnce(parts: SocketParts, running: Running): Promise<ExecutionResult> {
  const startedAt = performance.now();
  const { operation, caller, context } = running;
  const { query, variables, operationName } = operation;
  const named = operationName === undefined ? {} : { operationName };
  const leave = parts.concurrency.enter(caller.key);
  try {
    const answer = await parts.face.socket({ query, variables: { ...variables }, ...named }, context);
    record(parts, { caller, context, operation, status: 200, ms: performance.now() - startedAt });
    return answer as ExecutionResult;
  } finally {
    leave();
  }
}

/** An event as its caller may see it. The answer is shared with others, so it is not changed. */
function shown({ context }: Running, result: SharedResult): FormattedExecutionResult {
  const data = { data: (result.data ?? null) as Record<string, unknown> | null };
  if (result.errors === undefined) return data;
  const formatted = result.errors.map((error) => (error instanceof GraphQLError ? error.toJSON() : error));
  return { ...data, errors: formatted.map((error) => publicError(error, context.requestId)) };
}

/** What executions hand over: errors are GraphQLErrors from the planner and plain ones from subgraphs. */
interface SharedResult {
  readonly data?: unknown;
  readonly errors?: readonly (GraphQLError | GraphQLFormattedError)[] | undefined;
}

function argsOf(parts: SocketParts, running: Running): ExecutionArgs {
  const { document, operationName, variables } = running.operation;
  return {
    schema: parts.schema,
    document,
    variableValues: variables,
    contextValue: running,
    ...(operationName === undefined ? {} : { operationName }),
  };
}

function asError(failure: ReturnType<typeof publicFailure>): GraphQLError {
  return new GraphQLError(failure.message, { extensions: failure.extensions ?? {} });
}

function nameOf(operation: Operation, caller: Caller): object {
  const { kind, actor, tenant } = caller.identity;
  return { operation: operation.measure?.operation.name?.value, caller: kind, actor, tenant };
}

/** Browsers cannot send headers with a WebSocket, so connection parameters come first. */
function credentialsIn(params: Params, { request }: Extra): Credentials {
  const text = (name: string, other = name): string | undefined => {
    const value = params?.[name] ?? params?.[other] ?? request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    authorization: text('authorization', 'Authorization'),
    tenant: text('x-tollgate-tenant'),
    reason: text('x-tollgate-reason'),
    address: request.socket.remoteAddress ?? '',
  };
}

/** True where a request asks for the protocol that the gateway speaks. */
export function speaksOurProtocol(request: IncomingMessage): boolean {
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(/,\s*/)
    .includes(GRAPHQL_TRANSPORT_WS_PROTOCOL);
}
