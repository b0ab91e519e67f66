import type { GatewayConfig as ApolloGatewayConfig, GraphQLDataSource, ServiceMap } from '@apollo/gateway';
import { ApolloGateway, buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { Schema } from '@apollo/federation-internals';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { QueryPlanner } from '@apollo/query-planner';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  OperationDefinitionNode,
  VariableDefinitionNode,
} from 'graphql';
import { getOperationAST, getVariableValues, GraphQLError, Kind } from 'graphql';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Answers } from '../fast-path/fetch-memo.js';
import { codeOf, refusal } from '../base/errors.js';
import type { Variables } from '../operation/limits.js';
import type { GatewayLogger } from '../base/log.js';
import type { Shaper } from '../fast-path/response-shape.js';
import { compileShape } from '../fast-path/response-shape.js';
import type { Fetcher, Step } from '../fast-path/plan-executor.js';
import { compileSteps } from '../fast-path/plan-executor.js';

/** What every fetch of one request carries to the subgraphs: the signed identity and the trace. */
export interface FetchContext {
  readonly answers?: Answers;
  /** A function, because a subscription outlives one signature. */
  readonly headers: () => Readonly<Record<string, string>>;
}

export interface PlannedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Answers an operation whole, or gives null where anything about it is not plain. Never rejects. */
export type PlainPath = (variables: Variables, context: FetchContext) => Promise<Fields | null>;

type Fields = Record<string, unknown>;

/** A subscription's plan: where its events come from, and how each becomes an answer. */
export interface SubscriptionPlan {
  readonly primary: FetchNode;
  readonly perEvent: QueryPlan;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The plain path of one event; undefined where events take the general path. */
  readonly plain: { readonly run: Step; readonly shape: Shaper } | undefined;
}

export interface Federation {
  /** Plans an operation once for the plain path; null where it is the general path's. */
  preparePlain(operation: PlannedOperation): PlainPath | null;
  /** For Apollo Server: plans and runs queries and mutations. */
  readonly gateway: GatewayInterface;
  readonly schema: GraphQLSchema;
  /** Throws a GraphQLError where the operation cannot be planned. */
  planSubscription(document: DocumentNode, operationName: string | undefined): SubscriptionPlan;
  /** One event of the primary fetch, completed with the other subgraphs' fields. */
  completeEvent(
    plan: SubscriptionPlan,
    event: SubgraphResponse,
    variables: Variables,
    context: FetchContext,
  ): Promise<SubgraphResponse>;
}

type RequestContext = Parameters<typeof executeQueryPlan>[2];

/** Loads the supergraph; every fetch goes through the endpoints and nowhere else. */
export async function createFederation(
  supergraphSdl: string,
  endpoints: ReadonlyMap<string, SubgraphEndpoint>,
  logger: GatewayLogger,
): Promise<Federation> {
  const quiet = apolloLogger(logger);
  const apollo = new ApolloGateway({
    supergraphSdl,
    logger: quiet,
    __exposeQueryPlanExperimental: false,
    buildService: ({ name }) => dataSourceOf(endpointOf(endpoints, name)),
  });
  let composed = supergraphSdl;
  apollo.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
    composed = coreSupergraphSdl;
  });
  const { schema, executor } = await apollo.load();
  const planning = planningOf(composed);
  const sources = Object.fromEntries(
    [...endpoints].map(([name, endpoint]) => [name, dataSourceOf(endpoint)]),
  );
  return {
    gateway: {
      load: () => Promise.resolve({ executor }),
      onSchemaLoadOrUpdate: (listener) => {
        listener({ apiSchema: schema, coreSupergraphSdl: composed });
        return () => undefined;
      },
      stop: () => apollo.stop(),
    },
    schema,
    preparePlain: (planned) => preparePlain(planning(), endpoints, schema, planned),
    planSubscription: (document, operationName) =>
      planSubscription(planning(), schema, document, operationName),
    completeEvent: async (plan, event, variables, context) => {
      const data = await plainEvent(plan, event, { variables, context, endpoints });
      if (data !== null) return { data };
      const { api, supergraph } = planning();
      const result = await executeQueryPlan(
        plan.perEvent,
        answeredBy(event, plan.primary, sources),
        requestContextOf(variables, context, quiet),
        buildOperationContext({
          schema,
          operationDocument: plan.document,
          ...(plan.operationName === undefined ? {} : { operationName: plan.operationName }),
        }),
        supergraph,
        api,
      );
      return withoutNulls(result as SubgraphResponse);
    },
  };
}

/** Coerces, fetches and shapes; the first thing that is not plain ends it with null. */
function preparePlain(
  { planner, api, supergraph }: Planning,
  endpoints: ReadonlyMap<string, SubgraphEndpoint>,
  schema: GraphQLSchema,
  { document, operation }: PlannedOperation,
): PlainPath | null {
  const name = operation.name?.value;
  const shape = compileShape(schema, operation, fragmentsOf(document));
  if (shape === null) return null;
  const planned = operationFromDocument(api, document, name === undefined ? {} : { operationName: name });
  const plan = planner.buildQueryPlan(planned);
  const run = compileSteps(plan, supergraph);
  if (run === null) return null;
  const definitions = operation.variableDefinitions ?? [];
  const isJudgedHere = !judgesAlone(plan.node, definitions);
  return async (variables, context) => {
    if (isJudgedHere && getVariableValues(schema, definitions, variables).errors !== undefined) return null;
    const fetch = fetcherOf(endpoints, context);
    return await whole(async () => {
      const root: Fields = {};
      await run({ root, variables, fetch });
      return shape(root) as Fields;
    });
  };
}

/**
 * True for a plan of one fetch that uses every variable: its subgraph judges them all before anything runs, so judging
 * a thousand events here as well would bring nothing. Its refusal leads to the general path like any other error.
 */
function judgesAlone(
  node: PlanNode | SubscriptionNode | undefined,
  definitions: readonly VariableDefinitionNode[],
): boolean {
  if (node?.kind !== 'Fetch' || node.requires !== undefined) return false;
  return definitions.every(({ variable }) => node.variableUsages?.includes(variable.name.value) === true);
}

async function plainEvent(
  { plain, primary }: SubscriptionPlan,
  event: SubgraphResponse,
  run: {
    readonly variables: Variables;
    readonly context: FetchContext;
    readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  },
): Promise<Fields | null> {
  if (plain === undefined) return null;
  // Nothing is noted for the general path: a subscription's context outlives the event.
  const fetch = fetcherOf(run.endpoints, { headers: run.context.headers });
  return await whole(async () => {
    const root: Fields = {};
    await plain.run({
      root,
      variables: run.variables,
      fetch: (node, variables, repeated) =>
        node === primary ? Promise.resolve(event) : fetch(node, variables, repeated),
    });
    return plain.shape(root) as Fields;
  });
}

async function whole(answer: () => Promise<Fields>): Promise<Fields | null> {
  try {
    return await answer();
  } catch {
    // The general path meets the same fault and reports it as Apollo does.
    return null;
  }
}

/** Fetches through the endpoints and notes the answers, for the general path should it have to take over. */
function fetcherOf(endpoints: ReadonlyMap<string, SubgraphEndpoint>, context: FetchContext): Fetcher {
  return async ({ serviceName, operation, operationName }, variables, repeated) => {
    const request = { query: operation, variables, operationName, headers: context.headers() };
    const answer = endpointOf(endpoints, serviceName).execute(request);
    if (!repeated) context.answers?.note({ service: serviceName, query: operation, variables, answer });
    return await answer;
  };
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

interface Planning {
  readonly planner: QueryPlanner;
  readonly api: Schema;
  readonly supergraph: GraphQLSchema;
}

/** The planner for subscriptions, made at the first one: most starts never need it so early. */
function planningOf(supergraphSdl: string): () => Planning {
  let planning: Planning | undefined;
  return () => {
    if (planning !== undefined) return planning;
    const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
    planning = {
      planner: new QueryPlanner(supergraph),
      api: supergraph.apiSchema(),
      supergraph: supergraph.schema.toGraphQLJSSchema(),
    };
    return planning;
  };
}

function planSubscription(
  { planner, api, supergraph }: Planning,
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): SubscriptionPlan {
  const named = operationName === undefined ? {} : { operationName };
  const { node } = planner.buildQueryPlan(operationFromDocument(api, document, named));
  if (node?.kind !== 'Subscription') throw refusal('BAD_REQUEST', 'The operation is not a subscription');
  const nodes: PlanNode[] = node.rest === undefined ? [node.primary] : [node.primary, node.rest];
  const perEvent: QueryPlan = { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } };
  const operation = getOperationAST(document, operationName);
  const shape = operation ? compileShape(schema, operation, fragmentsOf(document)) : null;
  const run = compileSteps(perEvent, supergraph);
  const plain = run === null || shape === null ? undefined : { run, shape };
  return { primary: node.primary, perEvent, document, operationName, plain };
}

/** The sources, where the primary fetch finds the event that already came. */
function answeredBy(event: SubgraphResponse, primary: FetchNode, sources: ServiceMap): ServiceMap {
  const owner = sources[primary.serviceName];
  const source: GraphQLDataSource = {
    process: (options) => {
      if (options.request.query === primary.operation) return Promise.resolve(event as never);
      if (owner === undefined) throw refusal('SUBGRAPH_UNAVAILABLE', `No subgraph ${primary.serviceName}`);
      return owner.process(options);
    },
  };
  return { ...sources, [primary.serviceName]: source };
}

function requestContextOf(variables: Variables, context: FetchContext, logger: ApolloLogger): RequestContext {
  const partial = { request: { variables }, context, metrics: {}, logger };
  // executeQueryPlan reads these four and passes the rest on to data sources, which are ours.
  return partial as unknown as RequestContext;
}

function dataSourceOf(endpoint: SubgraphEndpoint): GraphQLDataSource {
  return {
    process: async ({ request, context }) => {
      const { query = '', variables, operationName } = request;
      try {
        const { headers, answers } = context as FetchContext;
        const known = answers?.find(endpoint.name, query, variables);
        const answer = known ?? endpoint.execute({ query, variables, operationName, headers: headers() });
        return (await answer) as never;
      } catch (error) {
        throw codeOf(error) === undefined ? crash(endpoint.name, error) : error;
      }
    },
  };
}

function crash(name: string, cause: unknown): GraphQLError {
  const originalError = cause instanceof Error ? cause : new Error(String(cause));
  return new GraphQLError(`The subgraph ${name} failed`, { originalError, extensions: { code: 'INTERNAL' } });
}

function endpointOf(endpoints: ReadonlyMap<string, SubgraphEndpoint>, name: string): SubgraphEndpoint {
  const endpoint = endpoints.get(name);
  if (endpoint === undefined) throw new Error(`The supergraph names a subgraph without an endpoint: ${name}`);
  return endpoint;
}

function withoutNulls(result: SubgraphResponse): SubgraphResponse {
  return result.errors === undefined ? { data: result.data } : { data: result.data, errors: result.errors };
}

type ApolloLogger = NonNullable<ApolloGatewayConfig['logger']>;

/** Apollo's loggers take a text only. */
export function apolloLogger(logger: GatewayLogger): ApolloLogger {
  const at = (level: keyof GatewayLogger) => (message?: unknown) => {
    logger[level]({ from: 'apollo' }, String(message));
  };
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
}
