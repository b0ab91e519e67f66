import { ApolloServer, HeaderMap } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { publicError } from '../base/errors.js';
import type { Logger } from '@tollgate/runtime/base/log';
import { dataInClientNames, errorInClientNames } from '../operation/aliases.js';
import type { Operations } from '../operation/operations.js';
import { apolloLogger } from './apollo-logger.js';
import type { OperationContext } from './context.js';
import type { Federation } from './federation.js';

/** Apollo Server, which answers whatever the fast path does not. */
export interface GeneralPath {
  /** GraphQL over HTTP. Never throws. */
  http(request: HttpOperation, context: OperationContext): Promise<HttpAnswer>;
  /** A query or mutation that came over a socket. */
  socket(request: SocketOperation, context: OperationContext): Promise<SocketAnswer>;
  stop(): Promise<void>;
}

export interface HttpOperation {
  readonly method: string;
  /** Those with one value; asked for only where Apollo Server answers. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly accept: string;
  readonly search: string;
  readonly body: unknown;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

export interface SocketOperation {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Record<string, unknown>;
}

export interface SocketAnswer {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** The codes of requests that are not executed; JSON clients read them with status 200. */
const REQUEST_ERRORS = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);
const SHA256_HEX_CHARS = 64;

/** Apollo Server over the federation; documents come parsed and validated from the guards. */
export async function createGeneralPath(
  federation: Federation,
  operations: Operations,
  logger: Logger,
): Promise<GeneralPath> {
  const server = new ApolloServer<OperationContext>({
    gateway: federation.gateway,
    logger: apolloLogger(logger),
    nodeEnv: 'production',
    // The guards decide who may introspect, by caller.
    introspection: true,
    // Callers prove themselves with a header that no foreign page can send.
    csrfPrevention: false,
    persistedQueries: false,
    // As everything else that the port answers: no line end after the JSON.
    stringifyResult: (result) => JSON.stringify(result),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    documentStore: {
      get: (key) => Promise.resolve(operations.validated(key.slice(-SHA256_HEX_CHARS))),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(true),
    },
    plugins: [{ requestDidStart: () => Promise.resolve(answering) }],
  });
  await server.start();
  return {
    http: (request, context) => overHttp(server, request, context),
    socket: (request, context) => overSocket(server, request, context),
    stop: () => server.stop(),
  };
}

interface Answering {
  readonly contextValue: OperationContext;
  readonly response: {
    readonly http: { status?: number | undefined };
    readonly body?: { readonly kind: string; readonly singleResult?: SocketAnswer };
  };
}

/** Masks errors and sets the status that GraphQL over HTTP asks for. */
const answering = {
  willSendResponse: ({ contextValue, response }: Answering): Promise<void> => {
    const answer = response.body?.singleResult;
    if (answer === undefined) return Promise.resolve();
    const { renamed, requestId } = contextValue;
    if (renamed && answer.data !== undefined) Object.assign(answer, { data: dataInClientNames(answer.data) });
    contextValue.answer.data = answer.data;
    if (answer.errors === undefined) return Promise.resolve();
    const errors = answer.errors.map((error) => {
      const shown = publicError(error, requestId);
      return renamed ? errorInClientNames(shown) : shown;
    });
    for (const error of errors) contextValue.codes.add(String(error.extensions?.['code']));
    Object.assign(answer, { errors });
    if (answer.data !== undefined && answer.data !== null) response.http.status = 200;
    else if (contextValue.plainJson && [...contextValue.codes].every((code) => REQUEST_ERRORS.has(code))) {
      response.http.status = 200;
    }
    return Promise.resolve();
  },
};

async function overHttp(
  server: ApolloServer<OperationContext>,
  request: HttpOperation,
  context: OperationContext,
): Promise<HttpAnswer> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers())) headers.set(name, value);
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method, headers, search: request.search, body: request.body },
    context: () => Promise.resolve(context),
  });
  const body = answer.body.kind === 'complete' ? answer.body.string : '';
  return { status: answer.status ?? 200, headers: answer.headers, body };
}

async function overSocket(
  server: ApolloServer<OperationContext>,
  request: SocketOperation,
  context: OperationContext,
): Promise<SocketAnswer> {
  const { body } = await server.executeOperation(request, { contextValue: context });
  return body.kind === 'single' ? body.singleResult : {};
}
