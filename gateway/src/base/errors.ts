import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';

/** Every rejection by the gateway itself, and the HTTP status that goes with it. */
export const REJECTION_STATUS = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  HOST_NOT_ALLOWED: 421,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  BAD_REQUEST: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  BATCHING_REFUSED: 400,
  QUERY_TOO_LARGE: 400,
  TOO_MANY_TOKENS: 400,
  QUERY_TOO_DEEP: 400,
  TOO_MANY_ALIASES: 400,
  TOO_MANY_ROOT_FIELDS: 400,
  TOO_MANY_DIRECTIVES: 400,
  QUERY_TOO_COSTLY: 400,
  ANSWER_TOO_LARGE: 400,
  SUBSCRIPTION_NEEDS_WEBSOCKET: 400,
  INTROSPECTION_REFUSED: 403,
  OPERATION_NOT_ALLOWED: 403,
  /** 200, as clients of automatic persisted queries expect: they send the document next. */
  PERSISTED_QUERY_NOT_FOUND: 200,
  RATE_LIMITED: 429,
  TOO_MANY_SUBSCRIPTIONS: 429,
  SUBGRAPH_UNAVAILABLE: 503,
  /** A subscription that cannot promise to have told everything. */
  INTERRUPTED: 503,
  DRAINING: 503,
  INTERNAL: 500,
} as const;

export type RejectionCode = keyof typeof REJECTION_STATUS;

/** A rejection as GraphQL clients read it: a message and a typed code. */
export function rejection(code: RejectionCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** The status of an error that was thrown, 500 where it is not one of ours. */
export function statusOf(error: unknown): number {
  const code = codeOf(error);
  return code !== undefined && Object.hasOwn(REJECTION_STATUS, code)
    ? REJECTION_STATUS[code as RejectionCode]
    : 500;
}

/** The code of an error that carries one; undefined for anything else that was thrown. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const code = error.extensions['code'];
  return typeof code === 'string' ? code : undefined;
}

/** Codes that say "a bug", never to be explained to a caller. */
const UNEXPLAINED = new Set(['INTERNAL_SERVER_ERROR', 'INTERNAL', 'DOWNSTREAM_SERVICE_ERROR']);

/** Fields of an error's extensions that describe our inside. */
const INSIDE = new Set(['serviceName', 'stacktrace', 'exception', 'originalError', 'http']);

/** The error as a caller may see it: bugs without their cause, everything with a trace id to quote. */
export function publicError(error: GraphQLFormattedError, traceId: string): GraphQLFormattedError {
  const place = {
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    ...(error.path === undefined ? {} : { path: error.path }),
  };
  const code = error.extensions?.['code'];
  if (typeof code !== 'string' || UNEXPLAINED.has(code)) {
    return { message: 'Internal error', ...place, extensions: { code: 'INTERNAL', traceId } };
  }
  const shown = Object.entries(error.extensions ?? {}).filter(([name]) => !INSIDE.has(name));
  return { message: error.message, ...place, extensions: { ...Object.fromEntries(shown), traceId } };
}

/** Anything thrown, as the one public error of a rejected request. */
export function publicFailure(error: unknown, traceId: string): GraphQLFormattedError {
  const known =
    codeOf(error) !== undefined ? (error as GraphQLError).toJSON() : { message: 'Internal error' };
  return publicError(known, traceId);
}
