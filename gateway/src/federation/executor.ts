import type { ServiceMap } from '@apollo/gateway';
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { GatewayExecutionResult, GatewayExecutor } from '@apollo/server-gateway-interface';
import { getVariableValues, GraphQLError } from 'graphql';
import { fragmentsOf } from '../operation/limits.js';
import type { OperationContext } from './context.js';
import type { Graph } from '../planning/graph.js';
import type { Plans } from '../planning/plans.js';
import { inDocumentOrder } from './response-order.js';

export interface ExecutorParts {
  readonly graph: Graph;
  readonly plans: Plans;
  readonly sources: ServiceMap;
}

/** Runs queries and mutations for Apollo Server: judges the variables, then follows the plan. */
export function executorOf({ graph, plans, sources }: ExecutorParts): GatewayExecutor {
  return async (requestContext) => {
    const { request, document, operation: definition } = requestContext;
    const { schema, api, supergraph } = graph;
    const { callerKey } = requestContext.context as OperationContext;
    const judged = getVariableValues(schema, definition.variableDefinitions ?? [], request.variables ?? {});
    if (judged.errors !== undefined) return { errors: judged.errors };
    const plan = await plans.planOf({ document, definition, callerKey });
    const operationContext = buildOperationContext({
      schema,
      operationDocument: document,
      ...(definition.name === undefined ? {} : { operationName: definition.name.value }),
    });
    const result = await executeQueryPlan(plan, sources, requestContext, operationContext, supergraph, api);
    const fragments = fragmentsOf(document);
    const source = { schema, operation: definition, fragments, variables: judged.coerced };
    const data = inDocumentOrder(result.data ?? null, source) as GatewayExecutionResult['data'] & object;
    return spoken(result.data === undefined ? result : { ...result, data });
  };
}

/** What a subgraph answered and the schema does not allow is an error, not a null that nobody explains. */
export function spoken(result: GatewayExecutionResult): GatewayExecutionResult {
  const unfit = result.extensions?.['valueCompletion'] as readonly GraphQLError[] | undefined;
  if (unfit === undefined) return result;
  const errors = unfit.map(({ message, path }) => new GraphQLError(message, { path }));
  return { errors: [...(result.errors ?? []), ...errors], data: result.data ?? null };
}
