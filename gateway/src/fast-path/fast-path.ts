import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { VariableDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql';
import type { Measure, Variables } from '../operation/limits.js';
import { fragmentsOf } from '../operation/limits.js';
import type { Operation } from '../operation/operations.js';
import type { Graph } from '../planning/graph.js';
import type { Plannable, Plans } from '../planning/plans.js';
import type { Endpoints, FetchContext } from './fetch.js';
import { fetcherOf } from './fetch.js';
import { hidesInputs } from './hidden-inputs.js';
import type { Fields } from './plan-executor.js';
import { compilePlan } from './plan-executor.js';
import { compileShape, NOT_SHAPED } from './response-shape.js';

/** Answers a valid query or mutation without Apollo Server's pipeline; null where that must run. */
export type FastPath = (operation: Operation, context: FastContext) => Promise<FastAnswer | null>;

export interface FastAnswer {
  /** The data as the client sees it, as JSON. */
  readonly text: string;
  /** What it was written from, with what the plan fetched besides. */
  readonly fetched: Fields;
}

export interface FastContext extends FetchContext {
  readonly callerKey: string;
}

export interface FastPathParts {
  readonly graph: Pick<Graph, 'schema' | 'supergraph'>;
  readonly plans: Pick<Plans, 'planOf'>;
  readonly endpoints: Endpoints;
}

/** One operation, compiled. Null where an answer is not for the fast path. */
type Compiled = (variables: Variables, context: FetchContext) => Promise<FastAnswer | null>;

/**
 * Most operations are ordinary: valid, no directives, every subgraph answers, nothing is null that must not be. For
 * them the plan runs here and the answer is shaped by functions compiled once. Everything else goes on through Apollo.
 */
export function createFastPath(parts: FastPathParts): FastPath {
  const compiled = new WeakMap<Measure, Compiled | null>();
  return async (operation, context) => {
    const { measure, variables } = operation;
    if (measure === undefined || operation.errors.length > 0) return null;
    let run = compiled.get(measure);
    if (run === undefined) {
      run = await compile(parts, operation, { definition: measure.operation, callerKey: context.callerKey });
      compiled.set(measure, run);
    }
    return run === null ? null : await run(variables, context);
  };
}

/** Coerces, fetches and shapes; the first thing out of the ordinary ends it with null. */
async function compile(
  { graph, plans, endpoints }: FastPathParts,
  { document }: Operation,
  { definition, callerKey }: Pick<Plannable, 'definition' | 'callerKey'>,
): Promise<Compiled | null> {
  const { schema, supergraph } = graph;
  const shape = compileShape({ schema, operation: definition, fragments: fragmentsOf(document) });
  if (shape === null) return null;
  const queryPlan = await plans.planOf({ document, definition, callerKey });
  const execute = compilePlan(queryPlan, supergraph);
  if (execute === null) return null;
  const definitions = definition.variableDefinitions ?? [];
  const isJudgedHere =
    definitions.length > 0 && (!judgesAlone(queryPlan.node, definitions) || hidesInputs(graph, definitions));
  return async (variables, context) => {
    if (isJudgedHere && getVariableValues(schema, definitions, variables).errors !== undefined) return null;
    const root: Fields = {};
    if (!(await execute({ root, variables, fetch: fetcherOf(endpoints, context) }))) return null;
    const text = shape(root);
    return text === NOT_SHAPED ? null : { text, fetched: root };
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
