import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Variables } from '../operation/limits.js';
import { applies, UNUSUAL } from './response-shape.js';

/** Sends one fetch of a plan; `repeated` when equal entities were asked for once. */
export type Fetcher = (
  fetch: FetchNode,
  variables: Variables,
  repeated: boolean,
) => Promise<SubgraphResponse>;

export interface Run {
  readonly root: Fields;
  readonly variables: Variables;
  readonly fetch: Fetcher;
}

/** Runs a plan and fills `root`; throws UNUSUAL at the first thing that is not plain. */
export type Step = (run: Run) => Promise<void>;

type Fields = Record<string, unknown>;
type Extract = (entity: unknown) => unknown;

/** The steps of a plan; null where it has nodes that the general path must run (conditions, rewrites, defer). */
export function compileSteps(plan: QueryPlan, supergraph: GraphQLSchema): Step | null {
  if (plan.node === undefined || plan.node.kind === 'Subscription') return null;
  return stepOf(plan.node, supergraph);
}

function stepOf(node: PlanNode, supergraph: GraphQLSchema): Step | null {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel': {
      const steps = node.nodes.map((one) => stepOf(one, supergraph));
      if (!steps.every((step) => step !== null)) return null;
      return node.kind === 'Sequence' ? sequence(steps) : parallel(steps);
    }
    case 'Fetch':
      return node.requires === undefined && isPlain(node) ? rootFetch(node) : null;
    case 'Flatten': {
      const fetch = node.node;
      if (fetch.kind !== 'Fetch' || fetch.requires === undefined || !isPlain(fetch)) return null;
      if (!node.path.every((part) => typeof part === 'string')) return null;
      return entityFetch(fetch, node.path, extractOf(fetch.requires, supergraph));
    }
    default:
      return null;
  }
}

function isPlain(fetch: FetchNode): boolean {
  return [fetch.inputRewrites, fetch.outputRewrites, fetch.contextRewrites].every(
    (rewrites) => rewrites === undefined || rewrites.length === 0,
  );
}

function sequence(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function parallel(steps: readonly Step[]): Step {
  return async (run) => {
    const ends = await Promise.allSettled(steps.map((step) => step(run)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
}

function rootFetch(fetch: FetchNode): Step {
  return async ({ root, variables, fetch: send }) => {
    merge(root, dataOf(await send(fetch, used(fetch, variables), false)));
  };
}

/** Asks for each distinct entity once and gives the answer to all places that hold it. */
function entityFetch(fetch: FetchNode, path: readonly string[], extract: Extract): Step {
  return async ({ root, variables, fetch: send }) => {
    const entities: Fields[] = [];
    gather(root, path, 0, entities);
    const places = new Map<string, { readonly representation: unknown; readonly entities: Fields[] }>();
    let wanted = 0;
    for (const entity of entities) {
      const representation = extract(entity);
      if (representation === null || (representation as Fields)['__typename'] === undefined) continue;
      wanted += 1;
      const key = JSON.stringify(representation);
      const place = places.get(key);
      if (place === undefined) places.set(key, { representation, entities: [entity] });
      else place.entities.push(entity);
    }
    if (wanted === 0) return;
    const distinct = [...places.values()];
    const representations = distinct.map((place) => place.representation);
    const answer = await send(
      fetch,
      { ...used(fetch, variables), representations },
      wanted > distinct.length,
    );
    const received = dataOf(answer)['_entities'];
    if (!Array.isArray(received) || received.length !== distinct.length) throw UNUSUAL;
    distinct.forEach((place, index) => {
      for (const entity of place.entities) merge(entity, received[index]);
    });
  };
}

function used(fetch: FetchNode, variables: Variables): Fields {
  const picked: Fields = {};
  for (const name of fetch.variableUsages ?? []) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) picked[name] = variables[name];
  }
  return picked;
}

function dataOf(answer: SubgraphResponse): Fields {
  if (answer.errors !== undefined && answer.errors.length > 0) throw UNUSUAL;
  if (answer.data === undefined || answer.data === null) throw UNUSUAL;
  return answer.data;
}

function gather(value: unknown, path: readonly string[], at: number, into: Fields[]): void {
  if (value === null || value === undefined) return;
  const part = path[at];
  if (part === '@') {
    if (!Array.isArray(value)) throw UNUSUAL;
    for (const element of value) gather(element, path, at + 1, into);
  } else if (part !== undefined) {
    if (Array.isArray(value) || typeof value !== 'object') throw UNUSUAL;
    gather((value as Fields)[part], path, at + 1, into);
  } else if (Array.isArray(value)) {
    for (const element of value) gather(element, path, at, into);
  } else into.push(value as Fields);
}

/** What a fetch needs to know of an entity; null where the entity does not have it. */
function extractOf(selections: readonly QueryPlanSelectionNode[], supergraph: GraphQLSchema): Extract {
  const parts = selections.map((selection) =>
    selection.kind === 'Field'
      ? fieldExtract(selection.alias ?? selection.name, selection.selections, supergraph)
      : fragmentExtract(selection.typeCondition, selection.selections, supergraph),
  );
  return (entity) => {
    if (entity === null) return null;
    const extracted: Fields = {};
    for (const part of parts) if (!part(entity as Fields, extracted)) return null;
    return extracted;
  };
}

type Part = (entity: Fields, into: Fields) => boolean;

function fieldExtract(
  name: string,
  selections: readonly QueryPlanSelectionNode[] | undefined,
  supergraph: GraphQLSchema,
): Part {
  const inner = selections === undefined ? undefined : extractOf(selections, supergraph);
  return (entity, into) => {
    const value = entity[name];
    if (value === undefined) return false;
    if (Array.isArray(value)) into[name] = inner === undefined ? value : value.map(inner);
    else into[name] = inner === undefined ? value : inner(value);
    return true;
  };
}

function fragmentExtract(
  condition: string | undefined,
  selections: readonly QueryPlanSelectionNode[],
  supergraph: GraphQLSchema,
): Part {
  const inner = extractOf(selections, supergraph);
  return (entity, into) => {
    const typename = entity['__typename'];
    if (condition === undefined || typeof typename !== 'string') return true;
    if (applies(condition, typename, supergraph)) merge(into, inner(entity));
    return true;
  };
}

/** Adds what a later fetch knows to what an earlier one brought. */
function merge(target: Fields, source: unknown): void {
  if (typeof source !== 'object' || source === null) return;
  for (const name of Object.keys(source)) {
    const value = (source as Fields)[name];
    const present = target[name];
    if (value === undefined) continue;
    if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      value.forEach((element, index) => {
        if (isFields(present[index]) && isFields(element)) merge(present[index], element);
        else present[index] = element;
      });
    } else if (isFields(present) && isFields(value)) merge(present, value);
    else target[name] = value;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
