import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Variables } from '../operation/limits.js';
import { merge } from './merge.js';
import type { Representation } from './representation.js';
import { compileRepresentation } from './representation.js';

export type Fields = Record<string, unknown>;

/** Sends one fetch of a plan; `repeated` when equal entities were asked for once. Null where nobody answers. */
export type Fetcher = (
  fetch: FetchNode,
  variables: Variables,
  repeated: boolean,
) => Promise<SubgraphResponse | null>;

export interface PlanRun {
  readonly root: Fields;
  readonly variables: Variables;
  readonly fetch: Fetcher;
}

/** Runs a plan and fills `root`; false at the first thing that is not ordinary: the general path knows what to do. */
export type PlanExecutor = (run: PlanRun) => Promise<boolean>;

/** The executor of a plan; null where it has nodes that the general path must run (conditions, rewrites, defer). */
export function compilePlan(plan: QueryPlan, supergraph: GraphQLSchema): PlanExecutor | null {
  if (plan.node === undefined || plan.node.kind === 'Subscription') return null;
  return executorOf(plan.node, supergraph);
}

function executorOf(node: PlanNode, supergraph: GraphQLSchema): PlanExecutor | null {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel': {
      const parts = node.nodes.map((one) => executorOf(one, supergraph));
      if (!parts.every((part) => part !== null)) return null;
      return node.kind === 'Sequence' ? sequence(parts) : parallel(parts);
    }
    case 'Fetch':
      return node.requires === undefined && isOrdinary(node) ? rootFetch(node) : null;
    case 'Flatten': {
      const fetch = node.node;
      if (fetch.kind !== 'Fetch' || fetch.requires === undefined || !isOrdinary(fetch)) return null;
      if (!node.path.every((part) => typeof part === 'string')) return null;
      return entityFetch(fetch, node.path, compileRepresentation(fetch.requires, supergraph));
    }
    default:
      return null;
  }
}

function isOrdinary(fetch: FetchNode): boolean {
  return [fetch.inputRewrites, fetch.outputRewrites, fetch.contextRewrites].every(
    (rewrites) => rewrites === undefined || rewrites.length === 0,
  );
}

function sequence(parts: readonly PlanExecutor[]): PlanExecutor {
  return async (run) => {
    for (const part of parts) if (!(await part(run))) return false;
    return true;
  };
}

/** All of them end before the answer, so that nothing writes into `root` after it was given up. */
function parallel(parts: readonly PlanExecutor[]): PlanExecutor {
  return async (run) => (await Promise.all(parts.map((part) => part(run)))).every(Boolean);
}

function rootFetch(fetch: FetchNode): PlanExecutor {
  return async ({ root, variables, fetch: send }) => {
    const data = dataOf(await send(fetch, used(fetch, variables), false));
    if (data === null) return false;
    merge(root, data);
    return true;
  };
}

/** Asks for each distinct entity once and gives the answer to all places that hold it. */
function entityFetch(fetch: FetchNode, path: readonly string[], represent: Representation): PlanExecutor {
  const gather = gathererOf(path);
  return async ({ root, variables, fetch: send }) => {
    const entities: Fields[] = [];
    if (!gather(root, entities)) return false;
    const { distinct, wanted } = distinctOf(entities, represent);
    if (wanted === 0) return true;
    const representations = distinct.map((place) => place.representation);
    const asked = { ...used(fetch, variables), representations };
    const received = dataOf(await send(fetch, asked, wanted > distinct.length))?.['_entities'];
    if (!Array.isArray(received) || received.length !== distinct.length) return false;
    distinct.forEach((place, index) => {
      for (const entity of place.entities) merge(entity, received[index]);
    });
    return true;
  };
}

interface Place {
  readonly representation: unknown;
  readonly entities: Fields[];
}

function distinctOf(
  entities: readonly Fields[],
  represent: Representation,
): { readonly distinct: readonly Place[]; readonly wanted: number } {
  const places = new Map<string, Place>();
  let wanted = 0;
  for (const entity of entities) {
    const representation = represent(entity);
    if (representation === null || (representation as Fields)['__typename'] === undefined) continue;
    wanted += 1;
    const key = keyOf(representation as Fields);
    const place = places.get(key);
    if (place === undefined) places.set(key, { representation, entities: [entity] });
    else place.entities.push(entity);
  }
  return { distinct: [...places.values()], wanted };
}

/** Equal for equal representations of one plan. Most are of a type and an id, which need no JSON to be told apart. */
function keyOf(representation: Fields): string {
  const { __typename: type, id, ...others } = representation;
  for (const _name in others) return JSON.stringify(representation);
  return typeof type === 'string' && typeof id === 'string'
    ? `${type} ${id}`
    : JSON.stringify(representation);
}

function used(fetch: FetchNode, variables: Variables): Fields {
  const picked: Fields = {};
  for (const name of fetch.variableUsages ?? []) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) picked[name] = variables[name];
  }
  return picked;
}

/** The data of an answer without errors; null of any other. */
function dataOf(answer: SubgraphResponse | null): Fields | null {
  if (answer === null || (answer.errors !== undefined && answer.errors.length > 0)) return null;
  return answer.data ?? null;
}

/** Collects objects into a list; false where the data is of another form than the plan says. */
type Gather = (value: unknown, into: Fields[]) => boolean;

/** Finds the objects at a path of field names, `@` standing for each element of a list. */
function gathererOf([part, ...rest]: readonly string[]): Gather {
  if (part === undefined) return gatherHere;
  const inner = gathererOf(rest);
  if (part === '@') {
    return (value, into) =>
      isNothing(value) || (Array.isArray(value) && value.every((element) => inner(element, into)));
  }
  return (value, into) =>
    isNothing(value) ||
    (typeof value === 'object' && !Array.isArray(value) && inner((value as Fields)[part], into));
}

function gatherHere(value: unknown, into: Fields[]): boolean {
  if (isNothing(value)) return true;
  if (Array.isArray(value)) return value.every((element) => gatherHere(element, into));
  into.push(value as Fields);
  return true;
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
