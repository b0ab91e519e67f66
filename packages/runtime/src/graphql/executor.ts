import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap.js';
import {
  createSourceEventStream,
  parse,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { createContext, type RequestContext } from './context.js';
import { RESUMES_HEADER, type SubgraphRequest, type SubgraphResponse } from './endpoint.js';
import { Documents, executed, type Executable } from './documents.js';
import { resolveEntitiesOf } from './entities.js';
import { EventStream } from './event-stream.js';
import { maskedFailure, maskedResult } from './masking.js';
import { rootFieldsRead, type RootField } from './root-fields.js';
import { clientError } from '../base/errors.js';
import { IDENTITY_HEADER, verifyIdentity, type Identity } from '../base/identity.js';
import type { Logger } from '../base/log.js';
import type { Metrics } from '../base/metrics.js';
import { newId } from '../base/new-id.js';
import { traced, traceFailed } from '../base/trace.js';

const LABELS_MAX = 200;
/** Signatures of one second that were found good: the gateway uses one for many requests. */
const KNOWN_IDENTITIES_MAX = 1_000;
const KNOWN_IDENTITY_MS = 1_000;
/** Messages carry it as their correlation, and `request:` in front of it as their cause. */
const CORRELATION_LENGTH_MAX = 100;

export interface ExecutorOptions {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers: object;
  readonly identitySecret: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of every query and subscription of staff before it runs; where it fails, nothing is read. */
  beforeRead?(context: RequestContext, fields: readonly RootField[]): Promise<void>;
}

/** An operation that is over. */
interface Observed {
  readonly operation: string;
  readonly context: RequestContext;
  readonly result: ExecutionResult;
  readonly ms: number;
}

/** Executes a subgraph's operations for callers that carry the gateway's signed identity, and for nobody else. */
export class Executor {
  readonly schema: GraphQLSchema;
  readonly #labels = new Set<string>();
  readonly #identities = new LRUCache<string, { readonly identity: Identity; readonly untilMs: number }>({
    max: KNOWN_IDENTITIES_MAX,
  });
  readonly #documents: Documents;

  constructor(private readonly options: ExecutorOptions) {
    this.schema = buildSubgraphSchema({
      typeDefs: parse(options.typeDefs),
      resolvers: options.resolvers as GraphQLResolverMap<unknown>,
    });
    resolveEntitiesOf(this.schema);
    this.#documents = new Documents(this.schema);
  }

  async execute(request: SubgraphRequest): Promise<SubgraphResponse> {
    const startedAt = performance.now();
    const prepared = this.#prepare(request);
    if ('errors' in prepared) return prepared;
    const context = prepared.contextValue as RequestContext;
    const operation = this.#labelOf(request.operationName);
    const attributes = { 'graphql.operation.name': operation, correlation: context.correlation };
    const work = async (): Promise<SubgraphResponse> => {
      const hidden = context.identity.kind === 'staff' ? await this.#beforeRead(prepared) : null;
      if (hidden !== null) return hidden;
      const result = await executed(prepared);
      if (result.errors !== undefined) traceFailed('GraphQL errors');
      this.#observe({ operation, context, result, ms: performance.now() - startedAt });
      return this.#shown(result, context);
    };
    const { traceparent } = request.headers;
    return traced({ name: `graphql ${this.options.name}`, attributes, traceparent }, work);
  }

  async subscribe(
    request: SubgraphRequest,
  ): Promise<AsyncIterableIterator<SubgraphResponse> | SubgraphResponse> {
    const prepared = this.#prepare(request);
    if ('errors' in prepared) return prepared;
    const context = prepared.contextValue as RequestContext;
    const hidden = await this.#beforeRead(prepared);
    if (hidden !== null) return hidden;
    const source = await createSourceEventStream(prepared);
    if (!(Symbol.asyncIterator in source)) return this.#shown(source, context);
    return new EventStream({
      source: source as AsyncIterableIterator<unknown>,
      run: async (event) => {
        // One context for each event: what loaders remember is true for one moment, and would stay for ever.
        const contextValue = createContext(context);
        return this.#shown(await executed({ ...prepared, rootValue: event, contextValue }), context);
      },
      broken: (error) => maskedFailure(error, { subgraph: this.options.name, context }),
    });
  }

  #prepare(request: SubgraphRequest): Executable | { errors: readonly GraphQLError[] } {
    const identity = this.#identityOf(request.headers[IDENTITY_HEADER]);
    if (identity === null)
      return { errors: [clientError('UNAUTHENTICATED', 'Callers come through the gateway.')] };
    const operation = this.#documents.operationOf(request);
    if ('errors' in operation) return operation;
    const correlation = request.headers['x-request-id']?.slice(0, CORRELATION_LENGTH_MAX) || newId('evt');
    return {
      ...operation,
      schema: this.schema,
      operationName: request.operationName ?? null,
      contextValue: createContext({
        identity,
        correlation,
        log: this.options.logger,
        resumesSinceMs: sinceOf(request.headers[RESUMES_HEADER]),
      }),
    };
  }

  /** Null where the operation may run. */
  async #beforeRead(prepared: Executable): Promise<SubgraphResponse | null> {
    const { beforeRead } = this.options;
    const context = prepared.contextValue as RequestContext;
    if (beforeRead === undefined || context.identity.kind !== 'staff') return null;
    if (context.resumesSinceMs !== null) return null;
    try {
      await beforeRead(context, rootFieldsRead(prepared));
      return null;
    } catch (error) {
      return { errors: [maskedFailure(error, { subgraph: this.options.name, context })] };
    }
  }

  /** Remembers good signatures for less time than the skew of clocks that they are given. */
  #identityOf(token: string | undefined): Identity | null {
    if (token === undefined) return null;
    const nowMs = Date.now();
    const known = this.#identities.get(token);
    if (known !== undefined && nowMs < known.untilMs) return known.identity;
    const identity = verifyIdentity(token, this.options.identitySecret, nowMs);
    if (identity === null) return null;
    this.#identities.set(token, { identity, untilMs: nowMs + KNOWN_IDENTITY_MS });
    return identity;
  }

  #shown(result: ExecutionResult, context: RequestContext): SubgraphResponse {
    return maskedResult(result, { subgraph: this.options.name, context });
  }

  /** Clients choose operation names, so their number is bounded before they become labels. */
  #labelOf(operationName: string | undefined): string {
    if (operationName === undefined) return 'anonymous';
    if (this.#labels.size < LABELS_MAX) this.#labels.add(operationName);
    return this.#labels.has(operationName) ? operationName : 'other';
  }

  #observe({ operation, context, result, ms }: Observed): void {
    const labels = { subgraph: this.options.name, operation };
    const outcome = result.errors === undefined ? 'ok' : 'error';
    this.options.metrics.operations.inc({ ...labels, outcome });
    this.options.metrics.operationSeconds.observe(labels, ms / 1_000);
    this.options.logger.debug({ ...labels, outcome, ms, correlation: context.correlation }, 'operation');
  }
}

/** The header's milliseconds; null where a subscription begins. */
function sinceOf(header: string | undefined): number | null {
  const sinceMs = Number(header);
  return header === undefined || !Number.isSafeInteger(sinceMs) ? null : sinceMs;
}
