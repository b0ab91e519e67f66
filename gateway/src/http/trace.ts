import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Trace } from '../federation/context.js';

const REQUEST_ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;
const TRACEPARENT_PATTERN = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's own ids where they are well formed, fresh ones where not. */
export function traceOf(headers: IncomingHttpHeaders): Trace {
  const given = headers['x-request-id'];
  const traceparent = headers['traceparent'];
  return {
    requestId: typeof given === 'string' && REQUEST_ID_PATTERN.test(given) ? given : randomUUID(),
    traceparent:
      typeof traceparent === 'string' && TRACEPARENT_PATTERN.test(traceparent) ? traceparent : undefined,
  };
}
