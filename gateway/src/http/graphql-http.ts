import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@tollgate/runtime/base/log';
import { rejection } from '../base/errors.js';
import type { GatewayMetrics } from '../base/metrics.js';
import type { CallerBudget } from '../caller/budget.js';
import type { TrustedProxies } from '../base/address.js';
import type { ConcurrencyLimit } from '../caller/concurrency-limit.js';
import { credentialsOf } from '../caller/credentials.js';
import type { Authenticator, Caller } from '../caller/identity.js';
import { settle } from '../operation/settle.js';
import type { FastPath } from '../fast-path/fast-path.js';
import type { GeneralPath, HttpAnswer, HttpOperation } from '../federation/apollo-server.js';
import type { OperationContext, Trace } from '../federation/context.js';
import { operationContext } from '../federation/context.js';
import type { Operation, Operations } from '../operation/operations.js';
import type { SchemaViews } from '../operation/schema-views.js';
import { isRecord } from '../operation/persisted.js';
import type { Cors } from './cors.js';
import { acceptsResponseType, answerFailure, RESPONSE_TYPE } from './error-answer.js';
import { httpOperationOf, operationRequestOf, withDocument } from './graphql-request.js';
import { record } from './record.js';
import { traceOf } from './trace.js';

export interface GraphqlParts {
  readonly fastPath: FastPath;
  readonly generalPath: GeneralPath;
  readonly operations: Operations;
  readonly views: SchemaViews;
  readonly authenticator: Authenticator;
  readonly budget: CallerBudget;
  readonly trustedProxies: TrustedProxies;
  readonly concurrency: ConcurrencyLimit;
  readonly cors: Cors;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}

/** One GraphQL request over HTTP: who, what, guards, execution, one log line. Never rejects. */
export async function serveGraphql(
  parts: GraphqlParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, parts.cors.preflight(request)).end();
    return;
  }
  const trace = traceOf(request.headers);
  try {
    const caller = await parts.authenticator.authenticate(credentialsOf(request, parts.trustedProxies));
    const leave = parts.concurrency.enter(caller.key);
    try {
      await execute(parts, { request, response, caller, trace });
    } finally {
      leave();
    }
  } catch (error) {
    answerFailure(parts, { request, response }, { error, requestId: trace.requestId });
  }
}

/** Below what a socket may have waiting: an answer is the same over both. */
const ANSWER_MAX_BYTES = 16 * 1024 * 1024;
const ANSWER_TOO_LARGE = `An answer may have ${String(ANSWER_MAX_BYTES)} bytes: ask for shorter lists or fewer fields`;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  readonly trace: Trace;
}

async function execute(parts: GraphqlParts, { request, response, caller, trace }: Exchange): Promise<void> {
  const startedAt = performance.now();
  // The budget may be counted elsewhere; the body arrives meanwhile.
  const [asked] = await Promise.all([httpOperationOf(request), parts.budget.enter(caller.key)]);
  const wanted = operationRequestOf(asked);
  await parts.operations.prepare(wanted, caller);
  const operation = parts.operations.admit(wanted, caller);
  await parts.budget.pay(caller.key, operation?.cost ?? 0);
  if (operation?.measure?.operation.operation === 'subscription') {
    throw rejection(
      'SUBSCRIPTION_NEEDS_WEBSOCKET',
      'Subscriptions run over a WebSocket (graphql-transport-ws)',
    );
  }
  const { authenticator } = parts;
  const context = operationContext({
    caller,
    trace,
    authenticator,
    plainJson: !acceptsResponseType(request),
    renamed: operation?.renamed,
  });
  const answer =
    schemaAnswer(parts, { asked, operation, context }, caller) ??
    (await fastAnswer(parts, { asked, operation, context })) ??
    (await parts.generalPath.http(withDocument(asked, operation), context));
  const bytes = Buffer.byteLength(answer.body);
  if (bytes > ANSWER_MAX_BYTES) throw rejection('ANSWER_TOO_LARGE', ANSWER_TOO_LARGE);
  response.writeHead(answer.status, {
    ...parts.cors.answer(request),
    ...Object.fromEntries(answer.headers),
    'x-request-id': trace.requestId,
    'content-length': bytes,
  });
  response.end(answer.body);
  settle(parts.budget, { caller, operation, data: context.answer.data });
  record(parts, { caller, context, operation, status: answer.status, ms: performance.now() - startedAt });
}

interface Asked {
  readonly asked: HttpOperation;
  readonly operation: Operation | null;
  readonly context: OperationContext;
}

/** Accept headers as clients send them; whoever sends another one is negotiated with by Apollo Server. */
const ANSWER_TYPES = new Map([
  ['', 'application/json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  [RESPONSE_TYPE, `${RESPONSE_TYPE}; charset=utf-8`],
]);

/** The answer to a question about the schema, where callers see what they may call. */
function schemaAnswer(
  { views }: GraphqlParts,
  { asked, operation }: Asked,
  caller: Caller,
): HttpAnswer | null {
  if (!views.answers(operation, caller) || operation.errors.length > 0) return null;
  const type = asked.accept.includes(RESPONSE_TYPE) ? RESPONSE_TYPE : 'application/json';
  const headers = [
    ['content-type', `${type}; charset=utf-8`],
    ['cache-control', 'no-store'],
  ] as const;
  return { status: 200, headers, body: JSON.stringify(views.answer(operation, caller)) };
}

/** As Apollo Server sends them. */
const FAST_HEADERS = [['cache-control', 'no-store']] as const;

/** The answer to a well-formed POST whose every part is ordinary; null hands it to Apollo Server. */
async function fastAnswer(
  { fastPath }: GraphqlParts,
  { asked, operation, context }: Asked,
): Promise<HttpAnswer | null> {
  const type = ANSWER_TYPES.get(asked.accept);
  if (operation === null || asked.method !== 'POST' || type === undefined) return null;
  if (!isWellFormed(asked.body)) return null;
  const answer = await fastPath(operation, context);
  if (answer === null) return null;
  context.answer.data = answer.fetched;
  return {
    status: 200,
    headers: [...FAST_HEADERS, ['content-type', type]],
    body: `{"data":${answer.text}}`,
  };
}

function isWellFormed(body: unknown): boolean {
  if (!isRecord(body)) return false;
  const { operationName, variables, extensions } = body;
  const isName = operationName === undefined || operationName === null || typeof operationName === 'string';
  return (
    isName && [variables, extensions].every((part) => part === undefined || part === null || isRecord(part))
  );
}
