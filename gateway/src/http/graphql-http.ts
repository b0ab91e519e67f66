import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Face, FaceRequest, FaceResponse, OperationContext } from '../federation/apollo-server.js';
import type { ConcurrencyBudget, RateBudget } from '../caller/rate-limit.js';
import { codeOf, publicFailure, refusal, statusOf } from '../base/errors.js';
import type { Authenticator, Caller } from '../caller/identity.js';
import { BODY_MAX_BYTES } from '../operation/limits.js';
import type { GatewayLogger } from '../base/log.js';
import type { GatewayMetrics } from '../base/metrics.js';
import type { Plain } from '../fast-path/fast-path.js';
import type { Operation, OperationRequest, Operations } from '../operation/operations.js';
import { isRecord } from '../operation/operations.js';
import type { Trace } from './request.js';
import { credentialsOf, operationContext, readBody, traceOf } from './request.js';

export interface GraphqlParts {
  readonly plain: Plain;
  readonly face: Face;
  readonly operations: Operations;
  readonly authenticator: Authenticator;
  readonly rate: RateBudget;
  readonly concurrency: ConcurrencyBudget;
  readonly logger: GatewayLogger;
  readonly metrics: GatewayMetrics;
}

const MS_PER_SECOND = 1_000;
const RESPONSE_TYPE = 'application/graphql-response+json';

/** Tenants' pages call from their own origins; tokens travel in a header, so no origin gains anything. */
const CORS_HEADERS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-request-id' };
const PREFLIGHT_HEADERS = {
  ...CORS_HEADERS,
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers':
    'authorization, content-type, x-request-id, traceparent, x-tollgate-tenant, x-tollgate-reason',
  'access-control-max-age': '86400',
};

/** One GraphQL request over HTTP: who, what, guards, execution, one log line. Never rejects. */
export async function serveGraphql(
  parts: GraphqlParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, PREFLIGHT_HEADERS).end();
    return;
  }
  const trace = traceOf(request.headers);
  try {
    const caller = await parts.authenticator.authenticate(credentialsOf(request));
    parts.rate.take(caller.key, Date.now());
    const leave = parts.concurrency.enter(caller.key);
    try {
      await execute(parts, request, response, { caller, trace });
    } finally {
      leave();
    }
  } catch (error) {
    refuse(parts, request, response, { error, trace });
  }
}

async function execute(
  parts: GraphqlParts,
  request: IncomingMessage,
  response: ServerResponse,
  { caller, trace }: { readonly caller: Caller; readonly trace: Trace },
): Promise<void> {
  const startedAt = performance.now();
  const faceRequest = await faceRequestOf(request);
  const operation = parts.operations.admit(operationRequestOf(faceRequest), caller);
  if (operation?.measure?.operation.operation === 'subscription') {
    throw refusal(
      'SUBSCRIPTION_NEEDS_WEBSOCKET',
      'Subscriptions run over a WebSocket (graphql-transport-ws)',
    );
  }
  const context = operationContext(caller, trace, parts.authenticator, !acceptsResponseType(request));
  const answer =
    (await plainAnswer(parts, { request: faceRequest, operation, context })) ??
    (await parts.face.http(withDocument(faceRequest, operation), context));
  const headers = Object.fromEntries(answer.headers);
  response.writeHead(answer.status, {
    ...CORS_HEADERS,
    ...headers,
    'x-request-id': trace.requestId,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
  record(parts, { caller, context, operation, status: answer.status, ms: performance.now() - startedAt });
}

interface PlainRequest {
  readonly request: FaceRequest;
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

/** The answer to a well-formed POST whose every part is plain; null hands it to Apollo Server. */
async function plainAnswer(
  { plain }: GraphqlParts,
  { request, operation, context }: PlainRequest,
): Promise<FaceResponse | null> {
  const type = ANSWER_TYPES.get(request.accept);
  if (operation === null || request.method !== 'POST' || type === undefined) return null;
  if (!isWellFormed(request.body)) return null;
  const data = await plain(operation, context);
  if (data === null) return null;
  return { status: 200, headers: [['content-type', type]], body: JSON.stringify({ data }) };
}

function isWellFormed(body: unknown): boolean {
  if (!isRecord(body)) return false;
  const { operationName, variables, extensions } = body;
  const isName = operationName === undefined || operationName === null || typeof operationName === 'string';
  return (
    isName && [variables, extensions].every((part) => part === undefined || part === null || isRecord(part))
  );
}

interface Recorded {
  readonly caller: Caller;
  readonly context: OperationContext;
  readonly operation: Operation | null;
  readonly status: number;
  readonly ms: number;
}

/** One line and two metrics per operation. */
export function record(parts: Pick<GraphqlParts, 'logger' | 'metrics'>, recorded: Recorded): void {
  const { caller, context, operation, status, ms } = recorded;
  const kind = operation?.measure?.operation.operation ?? 'none';
  const outcome = context.codes.size === 0 ? 'ok' : 'errors';
  parts.metrics.operations.inc({ kind, outcome });
  parts.metrics.operationSeconds.observe({ kind }, ms / MS_PER_SECOND);
  const fields = {
    kind,
    operation: operation?.measure?.operation.name?.value,
    caller: caller.identity.kind,
    actor: caller.identity.actor,
    tenant: caller.identity.tenant,
    status,
    ms: Math.round(ms * 10) / 10,
    requestId: context.requestId,
    ...(context.codes.size === 0 ? {} : { codes: [...context.codes] }),
  };
  if (context.codes.has('INTERNAL')) parts.logger.error(fields, 'operation');
  else parts.logger.info(fields, 'operation');
}

/** The body or query string, checked in form only. */
async function faceRequestOf(request: IncomingMessage): Promise<FaceRequest> {
  const url = request.url ?? '';
  const cut = url.indexOf('?');
  const base = {
    method: request.method ?? '',
    headers: () => textHeaders(request),
    accept: request.headers.accept ?? '',
    search: cut < 0 ? '' : url.slice(cut),
  };
  if (request.method === 'GET') return { ...base, body: undefined };
  if (request.method !== 'POST') throw refusal('METHOD_NOT_ALLOWED', 'GraphQL takes GET and POST');
  if (!isJson(request.headers['content-type']) || request.headers['content-encoding'] !== undefined) {
    throw refusal('UNSUPPORTED_MEDIA_TYPE', 'Send application/json in UTF-8, not compressed');
  }
  const body = jsonOf(await readBody(request, BODY_MAX_BYTES));
  if (Array.isArray(body)) throw refusal('BATCHING_REFUSED', 'Send one operation per request');
  return { ...base, body };
}

function operationRequestOf({ method, search, body }: FaceRequest): OperationRequest {
  if (method === 'POST') return isRecord(body) ? body : {};
  const parameters = new URLSearchParams(search);
  const json = (name: string) => jsonOf(parameters.get(name) ?? 'null');
  return {
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** The request with the document's text in it and its hash away: here it has done its work. */
function withDocument(request: FaceRequest, operation: Operation | null): FaceRequest {
  if (operation === null || !operation.persisted) return request;
  if (request.method === 'POST') {
    return { ...request, body: { ...(request.body as object), query: operation.query, extensions: null } };
  }
  const parameters = new URLSearchParams(request.search);
  parameters.set('query', operation.query);
  parameters.delete('extensions');
  return { ...request, search: `?${parameters.toString()}` };
}

function jsonOf(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw refusal('BAD_REQUEST', 'The request is not readable as JSON');
  }
}

function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  return (
    type?.trim() === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))
  );
}

function acceptsResponseType(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').includes(RESPONSE_TYPE);
}

function textHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** Bytes of a refused body are thrown away, but not for ever. */
const DISCARD_MS = 10_000;

function refuse(
  parts: GraphqlParts,
  request: IncomingMessage,
  response: ServerResponse,
  { error, trace }: { readonly error: unknown; readonly trace: Trace },
): void {
  const status = statusOf(error);
  const code = codeOf(error) ?? 'INTERNAL';
  parts.metrics.refusals.inc({ code });
  const fields = { code, status, requestId: trace.requestId, address: request.socket.remoteAddress };
  if (status === 500) parts.logger.error({ ...fields, error: String(error) }, 'refused');
  else parts.logger.info(fields, 'refused');
  answerError(request, response, { status, error, requestId: trace.requestId });
}

/** An error as GraphQL over HTTP has it; what is left of the body is read away so that the client sees the answer. */
export function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  failure: { readonly status: number; readonly error: unknown; readonly requestId: string },
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ errors: [publicFailure(failure.error, failure.requestId)] });
  const type = acceptsResponseType(request) ? RESPONSE_TYPE : 'application/json';
  response.writeHead(failure.status, {
    ...CORS_HEADERS,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'x-request-id': failure.requestId,
    ...(failure.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(failure.status === 405 ? { allow: 'GET, POST' } : {}),
    ...(failure.status === 429 ? { 'retry-after': '1' } : {}),
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
  if (request.complete) return;
  request.resume();
  setTimeout(() => request.destroy(), DISCARD_MS).unref();
}
