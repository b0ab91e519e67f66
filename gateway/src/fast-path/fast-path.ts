import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode, VariableDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql';
import type { Measure, Variables } from '../operation/limits.js';
import { fragmentsOf } from '../operation/limits.js';
import type { Operation } from '../operation/operations.js';
import type { Endpoints, FetchContext } from './fetch.js';
import { fetcherOf } from './fetch.js';
import type { Fields } from './plan-executor.js';
import { compilePlan } from './plan-executor.js';
import { compileShape, NOT_SHAPED } from './response-shape.js';

/** Answers a valid query or mutation without Apollo Server's pipeline; null where that must run. */
export type FastPath = (operation: Operation, context: FetchContext) => Promise<Fields | null>;

/** What an operation leads to, as Apollo's planner has it. */
export interface OperationPlanner {
  /** Throws a GraphQLError where the operation cannot be planned. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
  /** The composed schema, which plans speak of. */
  readonly supergraph: GraphQLSchema;
}

export interface FastPathParts {
  readonly schema: GraphQLSchema;
  /** Made at the first operation, for planning loads slowly. */
  readonly planner: () => OperationPlanner;
  readonly endpoints: Endpoints;
}

/** One operation, compiled. Null where an answer is not for the fast path. */
type Compiled = (variables: Variables, context: FetchContext) => Promise<Fields | null>;

/**
 * Most operations are ordinary: valid, no directives, every subgraph answers, nothing is null that must not be. For
 * them the plan runs here and the answer is shaped by functions compiled once. Everything else goes on through Apollo.
 */
export function createFastPath(parts: FastPathParts): FastPath {
  const compiled = new WeakMap<Measure, Compiled | null>();
  const compiledOf = (operation: Operation, measure: Measure): Compiled | null => {
    const known = compiled.get(measure);
    if (known !== undefined) return known;
    const fresh = attempt(() => compile(parts, operation.document, measure.operation));
    compiled.set(measure, fresh);
    return fresh;
  };
  return async (operation, context) => {
    if (operation.measure === undefined || operation.errors.length > 0) return null;
    const run = compiledOf(operation, operation.measure);
    return run === null ? null : await run(operation.variables, context);
  };
}

/** What cannot be planned is rejected by the general path, with its reasons. */
function attempt(prepare: () => Compiled | null): Compiled | null {
  try {
    return prepare();
  } catch {
    return null;
  }
}

/** Coerces, fetches and shapes; the first thing out of the ordinary ends it with null. */
function compile(
  { schema, planner, endpoints }: FastPathParts,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Compiled | null {
  const shape = compileShape(schema, operation, fragmentsOf(document));
  if (shape === null) return null;
  const { plan, supergraph } = planner();
  const queryPlan = plan(document, operation.name?.value);
  const execute = compilePlan(queryPlan, supergraph);
  if (execute === null) return null;
  const definitions = operation.variableDefinitions ?? [];
  const isJudgedHere = !judgesAlone(queryPlan.node, definitions);
  return async (variables, context) => {
    if (isJudgedHere && getVariableValues(schema, definitions, variables).errors !== undefined) return null;
    const root: Fields = {};
    if (!(await execute({ root, variables, fetch: fetcherOf(endpoints, context) }))) return null;
    const shaped = shape(root);
    return shaped === NOT_SHAPED ? null : (shaped as Fields);
  };
}

/**
 * True for a plan of one fetch that uses every variable: its subgraph judges them all before anything runs, so judging
 * a thousand events here as well would bring nothing. Its rejection leads to the general path like any other error.
 */
function judgesAlone(
  node: PlanNode | SubscriptionNode | undefined,
  definitions: readonly VariableDefinitionNode[],
): boolean {
  if (node?.kind !== 'Fetch' || node.requires !== undefined) return false;
  return definitions.every(({ variable }) => node.variableUsages?.includes(variable.name.value) === true);
}
