import type { BaseContext } from '@apollo/server';
import { IDENTITY_HEADER } from '@tollgate/runtime/base/identity';
import type { Authenticator, Caller } from '../caller/identity.js';
import type { FetchContext } from '../fast-path/fetch.js';
import { FetchMemo } from '../fast-path/fetch-memo.js';

/** The names under which one request is found again in logs and traces. */
export interface Trace {
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** What one operation of a caller carries through the gateway. */
export interface OperationContext extends BaseContext, FetchContext {
  readonly requestId: string;
  /** True where the client reads `application/json` only: there, GraphQL errors travel with status 200. */
  readonly plainJson: boolean;
  /** Who asks, as budgets and queues know it. */
  readonly callerKey: string;
  /** True where the answer is to be put into the client's own names, see `operation/aliases.ts`. */
  readonly renamed: boolean;
  /** Codes of the errors that were answered, for the log line. */
  readonly codes: Set<string>;
  /** What was answered, for the caller's account. */
  readonly answer: { data?: unknown };
}

export interface ContextParts {
  readonly caller: Caller;
  readonly trace: Trace;
  readonly authenticator: Pick<Authenticator, 'sign'>;
  readonly plainJson: boolean;
  readonly renamed?: boolean | undefined;
}

/**
 * Headers for the subgraphs are built anew from what the gateway knows: nothing a client sends under their names
 * gets through.
 */
export function operationContext({
  caller,
  trace,
  authenticator,
  plainJson,
  renamed = false,
}: ContextParts): OperationContext {
  const passed = {
    'x-request-id': trace.requestId,
    ...(trace.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
  };
  return {
    requestId: trace.requestId,
    plainJson,
    callerKey: caller.key,
    renamed,
    codes: new Set(),
    answer: {},
    memo: new FetchMemo(),
    headers: () => ({ ...passed, [IDENTITY_HEADER]: authenticator.sign(caller.identity) }),
  };
}
