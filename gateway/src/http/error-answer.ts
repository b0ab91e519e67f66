import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@tollgate/runtime/base/log';
import { addressOf, type TrustedProxies } from '../base/address.js';
import type { Cors } from './cors.js';
import { codeOf, publicFailure, statusOf } from '../base/errors.js';
import type { GatewayMetrics } from '../base/metrics.js';

export const RESPONSE_TYPE = 'application/graphql-response+json';

/** Bytes of a rejected body are thrown away, but not for ever. */
const DISCARD_MS = 10_000;

/** What every rejection of a request is answered with. */
export interface FailureParts {
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly cors: Cors;
  readonly trustedProxies: TrustedProxies;
}

export interface Failure {
  readonly error: unknown;
  readonly requestId: string;
  /** What the log says of the request besides. */
  readonly fields?: object;
}

/** True where the client reads GraphQL's own media type, in which errors have a status of their own. */
export function acceptsResponseType(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').includes(RESPONSE_TYPE);
}

/** Answers whatever was thrown; a metric and one log line: an error where it is a bug, else a rejection. */
export function answerFailure(
  parts: FailureParts,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { error, requestId, fields }: Failure,
): void {
  const status = statusOf(error);
  const code = codeOf(error) ?? 'INTERNAL';
  parts.metrics.rejections.inc({ code });
  const line = { code, status, requestId, address: addressOf(request, parts.trustedProxies), ...fields };
  if (status === 500) parts.logger.error({ ...line, error: String(error) }, 'request failed');
  else parts.logger.info(line, 'rejected');
  sendError(request, response, { status, error, requestId, cors: parts.cors.answer(request) });
}

/** An error as GraphQL over HTTP has it; what is left of the body is read away so that the client sees the answer. */
function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  failure: {
    readonly status: number;
    readonly error: unknown;
    readonly requestId: string;
    readonly cors: Readonly<Record<string, string>>;
  },
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ errors: [publicFailure(failure.error, failure.requestId)] });
  const type = acceptsResponseType(request) ? RESPONSE_TYPE : 'application/json';
  response.writeHead(failure.status, {
    ...failure.cors,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'x-request-id': failure.requestId,
    ...(failure.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(failure.status === 405 ? { allow: 'GET, POST' } : {}),
    ...(failure.status === 429 ? { 'retry-after': '1' } : {}),
  });
  response.end(body);
  if (request.complete) return;
  // Not "connection: close": the rest would meet a closed door, and its sender an error in place of the answer.
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.destroy();
  }, DISCARD_MS).unref();
}
