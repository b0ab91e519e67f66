import type { ServiceMap } from '@apollo/gateway';
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { rejection } from '../base/errors.js';
import type { Endpoints, FetchContext } from '../fast-path/fetch.js';
import { fetcherOf } from '../fast-path/fetch.js';
import type { Fields, PlanExecutor } from '../fast-path/plan-executor.js';
import { compilePlan } from '../fast-path/plan-executor.js';
import type { Shaper } from '../fast-path/response-shape.js';
import { compileShape, NOT_SHAPED } from '../fast-path/response-shape.js';
import type { Variables } from '../operation/limits.js';
import { dataInClientNames, errorInClientNames } from '../operation/aliases.js';
import { fragmentsOf } from '../operation/limits.js';
import { spoken } from './executor.js';
import type { ApolloLogger } from './apollo-logger.js';
import { answeredBy } from './data-source.js';
import type { KeyedSource } from './keyed-source.js';
import { keyedSource } from './keyed-source.js';
import type { Graph } from '../planning/graph.js';
import type { Plannable, Plans } from '../planning/plans.js';

/** A subscription's plan: where its events come from, and how each becomes an answer. */
export interface SubscriptionPlan {
  readonly primary: FetchNode;
  /** What is asked of the owning subgraph: the primary fetch, and what each event is about. */
  readonly source: KeyedSource;
  readonly perEvent: QueryPlan;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The fast path of one event; undefined where events take the general path. */
  readonly fast: { readonly execute: PlanExecutor; readonly shape: Shaper } | undefined;
}

/** One event of a subscription, with what its caller asked for. */
export interface SourceEvent {
  readonly event: SubgraphResponse;
  readonly variables: Variables;
  readonly context: EventContext;
}

/** What an event is read with: the identity of who subscribed, and whether aliases are to be put back. */
export interface EventContext extends FetchContext {
  readonly renamed: boolean;
  readonly callerKey: string;
}

export interface EventParts {
  readonly graph: Graph;
  readonly plans: Plans;
  readonly endpoints: Endpoints;
  readonly sources: ServiceMap;
  readonly logger: ApolloLogger;
}

/** Plans a subscription; throws a GraphQLError where it cannot be planned. */
export async function planSubscription(
  { plans, graph }: Pick<EventParts, 'plans' | 'graph'>,
  plannable: Plannable,
): Promise<SubscriptionPlan> {
  const { schema, supergraph } = graph;
  const { document, definition } = plannable;
  const { node } = await plans.planOf(plannable);
  if (node?.kind !== 'Subscription') throw rejection('BAD_REQUEST', 'The operation is not a subscription');
  const nodes: PlanNode[] = node.rest === undefined ? [node.primary] : [node.primary, node.rest];
  const perEvent: QueryPlan = { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } };
  const shape = compileShape({ schema, operation: definition, fragments: fragmentsOf(document) });
  const execute = compilePlan(perEvent, supergraph);
  const fast = execute === null || shape === null ? undefined : { execute, shape };
  const source = keyedSource(node.primary.operation, schema);
  return { primary: node.primary, source, perEvent, document, operationName: definition.name?.value, fast };
}

/** One event of the primary fetch, completed with the other subgraphs' fields. */
export async function completeEvent(
  parts: EventParts,
  plan: SubscriptionPlan,
  source: SourceEvent,
): Promise<SubgraphResponse> {
  const data = await completeFast(parts, plan, source);
  if (data !== null) return { data };
  const { graph, sources, logger } = parts;
  const { schema, api, supergraph } = graph;
  const result = await executeQueryPlan(
    plan.perEvent,
    answeredBy(source.event, plan.primary, sources),
    requestContextOf(source, logger),
    buildOperationContext({
      schema,
      operationDocument: plan.document,
      ...(plan.operationName === undefined ? {} : { operationName: plan.operationName }),
    }),
    supergraph,
    api,
  );
  return inNamesOf(source.context, spoken(result) as SubgraphResponse);
}

async function completeFast(
  { endpoints }: EventParts,
  { fast, primary }: SubscriptionPlan,
  { event, variables, context }: SourceEvent,
): Promise<Fields | null> {
  if (fast === undefined) return null;
  // Nothing is noted for the general path: a subscription's context outlives the event.
  const fetch = fetcherOf(endpoints, { headers: context.headers });
  const root: Fields = {};
  const isWhole = await fast.execute({
    root,
    variables,
    fetch: (node, used, repeated) =>
      node === primary ? Promise.resolve(event) : fetch(node, used, repeated),
  });
  const text = isWhole ? fast.shape(root) : NOT_SHAPED;
  // Read again: those who subscribed get values, for graphql-ws writes them by itself.
  return text === NOT_SHAPED ? null : (JSON.parse(text) as Fields);
}

type RequestContext = Parameters<typeof executeQueryPlan>[2];

function requestContextOf({ variables, context }: SourceEvent, logger: ApolloLogger): RequestContext {
  const partial = { request: { variables }, context, metrics: {}, logger };
  // executeQueryPlan reads these four and passes the rest on to data sources, which are ours.
  return partial as unknown as RequestContext;
}

/** Data and errors alone, in the names of who subscribed. */
function inNamesOf({ renamed }: EventContext, { data, errors }: SubgraphResponse): SubgraphResponse {
  const shown = renamed ? (dataInClientNames(data) as SubgraphResponse['data']) : data;
  if (errors === undefined) return { data: shown };
  return { data: shown, errors: renamed ? errors.map(errorInClientNames) : errors };
}
