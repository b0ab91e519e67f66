import { GraphQLError, type ExecutionResult } from 'graphql';
import { clientError, codeOf, isRetryable, isTimeout, messageOf } from '../base/errors.js';
import { Crowded } from '../database/fair-share.js';
import type { RequestContext } from './context.js';
import type { SubgraphResponse } from './endpoint.js';

/** Where a result comes from, for the log. */
export interface Origin {
  readonly subgraph: string;
  readonly context: RequestContext;
}

/** Errors as a client may see them: our own messages, everything else masked and logged with its cause. */
export function maskedResult(result: ExecutionResult, origin: Origin): SubgraphResponse {
  if (result.errors === undefined) return result as SubgraphResponse;
  return { ...result, errors: result.errors.map((error) => masked(error, origin)) } as SubgraphResponse;
}

/** Whatever a source of events throws, as one error that the gateway may see. */
export function maskedFailure(error: unknown, origin: Origin): GraphQLError {
  const { message, extensions } = masked(asGraphQLError(error), origin);
  return new GraphQLError(message, { extensions });
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

interface MaskedError {
  readonly message: string;
  readonly path: GraphQLError['path'];
  readonly extensions: Readonly<Record<string, unknown>>;
}

function masked(error: GraphQLError, { subgraph, context }: Origin): MaskedError {
  const cause = error.originalError;
  if (cause instanceof GraphQLError || cause === undefined || cause === null) {
    const code = error.extensions['code'] ?? 'BAD_USER_INPUT';
    return { message: error.message, path: error.path, extensions: { ...error.extensions, code } };
  }
  const known = knownCause(cause);
  if (known?.extensions['code'] === 'UNAVAILABLE')
    context.log.warn({ correlation: context.correlation, error: messageOf(cause) }, 'not available');
  if (known !== null) return { message: known.message, path: error.path, extensions: known.extensions };
  context.log.error(
    {
      subgraph,
      correlation: context.correlation,
      path: error.path,
      error: messageOf(cause),
      stack: cause.stack,
    },
    'resolver failed',
  );
  return {
    message: 'Internal error.',
    path: error.path,
    extensions: { code: 'INTERNAL', traceId: context.correlation },
  };
}

/** Postgres refuses U+0000 and, in JSON, halves of surrogate pairs; Prisma hides its codes in the message. */
const UNSTORABLE_TEXT =
  /^(22021|22P05)$|invalid byte sequence for encoding|Unicode (high|low) surrogate|Unicode escape sequence/;

function isUnstorable(cause: Error): boolean {
  const detail = 'detail' in cause ? String(cause.detail) : '';
  return [codeOf(cause), detail, cause.message].some((text) => UNSTORABLE_TEXT.test(text));
}

/** Failures that are the caller's or pass by themselves, not a bug of ours. */
function knownCause(cause: Error): GraphQLError | null {
  if (cause.name === 'UnknownTenant') return clientError('NOT_FOUND', 'There is no such tenant.');
  if (isUnstorable(cause))
    return clientError('BAD_USER_INPUT', 'Text must not contain U+0000 or half of a surrogate pair.');
  if (cause instanceof Crowded)
    return clientError('LIMIT_EXCEEDED', 'This tenant asks for too much at once; try again later.');
  if (isTimeout(cause))
    return clientError('LIMIT_EXCEEDED', 'This took longer than it may; ask for less at once.');
  if (isRetryable(cause)) return clientError('UNAVAILABLE', 'Not available right now; try again.');
  return null;
}
