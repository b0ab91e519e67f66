import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { IDENTITY_HEADER } from '@tollgate/runtime/base/identity';
import { Answers } from '../fast-path/fetch-memo.js';
import type { OperationContext } from '../federation/apollo-server.js';
import { refusal } from '../base/errors.js';
import type { Authenticator, Caller, Credentials } from '../caller/identity.js';

const REQUEST_ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;
const TRACEPARENT_PATTERN = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The names under which one request is found again in logs and traces. */
export interface Trace {
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** The caller's own ids where they are well formed, fresh ones where not. */
export function traceOf(headers: IncomingMessage['headers']): Trace {
  const given = headers['x-request-id'];
  const traceparent = headers['traceparent'];
  return {
    requestId: typeof given === 'string' && REQUEST_ID_PATTERN.test(given) ? given : randomUUID(),
    traceparent:
      typeof traceparent === 'string' && TRACEPARENT_PATTERN.test(traceparent) ? traceparent : undefined,
  };
}

/** What a request shows of its caller. */
export function credentialsOf(request: IncomingMessage): Credentials {
  return {
    authorization: request.headers.authorization,
    tenant: textHeader(request, 'x-tollgate-tenant'),
    reason: textHeader(request, 'x-tollgate-reason'),
    address: request.socket.remoteAddress ?? '',
  };
}

/**
 * Headers for the subgraphs are built anew from what the gateway knows: nothing a client sends under their names
 * gets through.
 */
export function operationContext(
  caller: Caller,
  trace: Trace,
  authenticator: Authenticator,
  plainJson: boolean,
): OperationContext {
  const passed = {
    'x-request-id': trace.requestId,
    ...(trace.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
  };
  return {
    requestId: trace.requestId,
    plainJson,
    codes: new Set(),
    answers: new Answers(),
    headers: () => ({ ...passed, [IDENTITY_HEADER]: authenticator.sign(caller.identity) }),
  };
}

/** The body, or BODY_TOO_LARGE as soon as it is known to be more than `bytesMax`. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = () => refusal('BODY_TOO_LARGE', `A body may have ${String(bytesMax)} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('aborted', () => {
      reject(refusal('BAD_REQUEST', 'The request ended early'));
    });
  });
}

function textHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
