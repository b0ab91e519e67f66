import type { IncomingMessage } from 'node:http';
import type { CorsConfig } from '../config.js';

/** What GraphQL clients, tracers and our own callers send. Tokens travel in a header that no foreign page can add. */
const ALLOWED_HEADERS = [
  'accept',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'authorization',
  'baggage',
  'content-type',
  'graphql-require-preflight',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'x-apollo-operation-id',
  'x-apollo-operation-name',
  'x-graphql-client-name',
  'x-graphql-client-version',
  'x-request-id',
  'x-requested-with',
  'x-tollgate-reason',
  'x-tollgate-tenant',
];
const EXPOSED_HEADERS = 'x-request-id, retry-after, www-authenticate';
const MAX_AGE_S = '86400';

type Headers = Readonly<Record<string, string>>;

/** The headers by which browsers let pages of other origins call, on answers and on preflights. */
export interface Cors {
  answer(request: IncomingMessage): Headers;
  preflight(request: IncomingMessage): Headers;
}

/** Cross-origin headers as configured; an origin that is not listed gets none. */
export function createCors({ origins, headers }: CorsConfig): Cors {
  const allowedHeaders = [...ALLOWED_HEADERS, ...headers].join(', ');
  const answer = ({ headers: { origin } }: Pick<IncomingMessage, 'headers'>): Headers => {
    if (origins === 'everyone') {
      return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS };
    }
    if (origin === undefined || !origins.includes(origin)) return { vary: 'origin' };
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS,
      vary: 'origin',
    };
  };
  return {
    answer,
    preflight: (request) => ({
      ...answer(request),
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': MAX_AGE_S,
    }),
  };
}
