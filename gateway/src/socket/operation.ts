import type { IncomingMessage } from 'node:http';
import type {
  ExecutionArgs,
  ExecutionResult,
  FormattedExecutionResult,
  GraphQLFormattedError,
} from 'graphql';
import { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { WebSocket } from 'ws';
import { publicError, rejection } from '../base/errors.js';
import type { ConcurrencyLimit } from '../caller/concurrency-limit.js';
import type { Caller } from '../caller/identity.js';
import { settle } from '../operation/settle.js';
import type { OperationContext, Trace } from '../federation/context.js';
import { operationContext } from '../federation/context.js';
import type { GraphqlParts } from '../http/graphql-http.js';
import { record } from '../http/record.js';
import type { Operation } from '../operation/operations.js';
import type { Mailbox } from '../subscriptions/mailbox.js';
import { syntaxError, validationErrors } from './invalid.js';
import type { Subscriptions } from '../subscriptions/subscriptions.js';

export interface SocketParts extends GraphqlParts {
  readonly schema: ExecutionArgs['schema'];
  readonly subscriptions: Subscriptions;
  readonly subscriptionsOfCaller: ConcurrencyLimit;
  readonly subscriptionsPerSocketMax: number;
  readonly socketStallMs: number;
}

/** What a client sends when it connects. */
export type Params = Record<string, unknown> | undefined;

/** One socket, and who is at its other end. */
export interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  caller?: Caller;
  recheck?: NodeJS.Timeout;
  /** Set when the socket is closed, whatever is still under way for it. */
  isClosed: boolean;
  subscriptions: number;
}

/** An admitted operation on its way through graphql-ws. */
export interface Running {
  readonly operation: Operation;
  readonly caller: Caller;
  readonly context: OperationContext;
  readonly reader?: Mailbox<SubgraphResponse>;
}

export interface Start {
  readonly extra: Extra;
  readonly payload: SubscribePayload;
  readonly trace: Trace;
}

/** Admits an operation, and opens its reader where it is a subscription. Throws rejections. */
export async function start(parts: SocketParts, { extra, payload, trace }: Start): Promise<Running> {
  const { caller } = extra;
  if (caller === undefined) throw rejection('UNAUTHENTICATED', 'Connect first');
  await parts.budget.enter(caller.key);
  await parts.operations.prepare(payload, caller);
  const operation = parts.operations.admit(payload, caller);
  if (operation === null) throw syntaxError(payload.query) ?? rejection('BAD_REQUEST', 'Send a document');
  const invalid = validationErrors(operation);
  if (invalid !== undefined) throw invalid;
  if (operation.measure === undefined) throw rejection('BAD_REQUEST', 'There is no operation of that name');
  await parts.budget.pay(caller.key, operation.cost);
  const { authenticator } = parts;
  const { renamed } = operation;
  const context = operationContext({ caller, trace, authenticator, plainJson: true, renamed });
  const running = { operation, caller, context };
  if (operation.measure.operation.operation !== 'subscription') return running;
  const leave = enter(parts, extra, caller);
  try {
    const reader = await parts.subscriptions.subscribe(operation, caller, context);
    reader.onEnd(leave);
    parts.logger.info({ kind: 'subscription', ...nameOf(operation, caller), ...trace }, 'subscribed');
    return { ...running, reader };
  } catch (failure) {
    leave();
    throw failure;
  }
}

/** Takes a place at the socket and at the caller; the function returned gives both back. */
function enter(parts: SocketParts, extra: Extra, caller: Caller): () => void {
  if (extra.subscriptions >= parts.subscriptionsPerSocketMax) {
    throw rejection('TOO_MANY_SUBSCRIPTIONS', 'This socket has as many subscriptions as one may have');
  }
  const leaveCaller = parts.subscriptionsOfCaller.enter(caller.key);
  extra.subscriptions += 1;
  parts.metrics.subscriptions.inc();
  return () => {
    extra.subscriptions -= 1;
    parts.metrics.subscriptions.dec();
    leaveCaller();
  };
}

/** Runs a query or mutation that came over a socket. */
export async function executeOnce(parts: SocketParts, running: Running): Promise<ExecutionResult> {
  const startedAt = performance.now();
  const { operation, caller, context } = running;
  const { query, variables, operationName } = operation;
  const named = operationName === undefined ? {} : { operationName };
  if (parts.views.answers(operation, caller)) return parts.views.answer(operation, caller);
  const leave = parts.concurrency.enter(caller.key);
  try {
    const asked = { query, variables: { ...variables }, ...named };
    const answer = await parts.generalPath.socket(asked, context);
    settle(parts.budget, { caller, operation, data: context.answer.data });
    record(parts, { caller, context, operation, status: 200, ms: performance.now() - startedAt });
    return answer as ExecutionResult;
  } finally {
    leave();
  }
}

/** What executions hand over: errors are GraphQLErrors from the planner and plain ones from subgraphs. */
export interface SharedResult {
  readonly data?: unknown;
  readonly errors?: readonly (GraphQLError | GraphQLFormattedError)[] | undefined;
}

/** An event as its caller may see it. The answer is shared with others, so it is not changed. */
export function shownResult({ context }: Running, result: SharedResult): FormattedExecutionResult {
  const data = { data: (result.data ?? null) as Record<string, unknown> | null };
  if (result.errors === undefined) return data;
  const formatted = result.errors.map((error) => (error instanceof GraphQLError ? error.toJSON() : error));
  return { ...data, errors: formatted.map((error) => publicError(error, context.requestId)) };
}

/** What graphql-ws needs to run it; the operation itself travels as the context. */
export function argsOf(parts: Pick<SocketParts, 'schema'>, running: Running): ExecutionArgs {
  const { document, operationName, variables } = running.operation;
  return {
    schema: parts.schema,
    document,
    variableValues: variables,
    contextValue: running,
    ...(operationName === undefined ? {} : { operationName }),
  };
}

function nameOf(operation: Operation, caller: Caller): object {
  const { kind, actor, tenant } = caller.identity;
  return { operation: operation.measure?.operation.name?.value, caller: kind, actor, tenant };
}
