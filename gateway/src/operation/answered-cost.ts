import type { FieldNode, GraphQLNamedType, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { getNamedType, Kind, typeFromAST } from 'graphql';
import { clientName } from './aliases.js';
import type { Cost, CostSource, Run } from './cost.js';
import { definitionOf, INTROSPECTION_COST, ownCost, valueOf } from './cost.js';
import type { Variables } from './limits.js';

/**
 * What an operation came to: the fields that its answer holds, as often as they stand in it, and what it was given. The
 * data is in the client's names or as it was fetched.
 */
export type AnsweredCost = (data: unknown, variables: Variables) => number;

/** Counts one value of a field, lists element by element. */
type Count = (value: unknown, run: Run) => number;

interface Walk extends CostSource {
  readonly operation: OperationDefinitionNode;
}

/** A response name, and what may stand under it. */
interface Selected {
  readonly own: Cost;
  readonly type: GraphQLNamedType | undefined;
  readonly sets: SelectionSetNode[];
}

/** Compiles the cost of an answer; of a field that several types have under one name the first counts. */
export function compileAnsweredCost(operation: OperationDefinitionNode, source: CostSource): AnsweredCost {
  const walk = { ...source, operation };
  const root = source.schema.getRootType(operation.operation) ?? undefined;
  const count = countOf(root, [operation.selectionSet], walk);
  return (data, variables) => count(data, { variables, inputs: new Map() });
}

interface CountedField {
  readonly name: string;
  /** What the client calls it. */
  readonly shown: string;
  readonly own: Cost;
  readonly inner: Count;
}

function countOf(type: GraphQLNamedType | undefined, sets: readonly SelectionSetNode[], walk: Walk): Count {
  let fields: readonly CountedField[] | undefined;
  const count: Count = (value, run) => {
    if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + count(one, run), 0);
    if (typeof value !== 'object' || value === null) return 0;
    // Not before an object comes: fragments may be used in very many places of which few are ever reached.
    fields ??= fieldsOf(type, sets, walk);
    let sum = 0;
    for (const { name, shown, own, inner } of fields) {
      const object = value as Record<string, unknown>;
      const held = object[name] === undefined ? object[shown] : object[name];
      if (held !== undefined) sum += valueOf(own, run) + inner(held, run);
    }
    return sum;
  };
  return count;
}

function fieldsOf(type: GraphQLNamedType | undefined, sets: readonly SelectionSetNode[], walk: Walk) {
  const selected = new Map<string, Selected>();
  for (const set of sets) collect(set, { type, walk, selected });
  return [...selected].map(([name, one]) => ({
    name,
    shown: clientName(name),
    own: one.own,
    inner: one.sets.length === 0 ? countLeaves : countOf(one.type, one.sets, walk),
  }));
}

/** Elements of a list of texts or numbers count; one that stands alone is its field. */
function countLeaves(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

interface Collecting {
  readonly type: GraphQLNamedType | undefined;
  readonly walk: Walk;
  readonly selected: Map<string, Selected>;
}

function collect({ selections }: SelectionSetNode, collecting: Collecting): void {
  const { type, walk, selected } = collecting;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const known = selected.get(name) ?? selectedOf(selection, type, walk);
      if (selection.selectionSet !== undefined) known.sets.push(selection.selectionSet);
      selected.set(name, known);
      continue;
    }
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    const fragment = isSpread ? walk.fragments.get(selection.name.value) : selection;
    if (fragment === undefined) continue;
    const condition = fragment.typeCondition;
    const narrowed = condition === undefined ? type : typeFromAST(walk.schema, condition);
    collect(fragment.selectionSet, { ...collecting, type: narrowed });
  }
}

function selectedOf(field: FieldNode, type: GraphQLNamedType | undefined, walk: Walk): Selected {
  const name = field.name.value;
  if (name === '__schema' || name === '__type') return { own: INTROSPECTION_COST, type: undefined, sets: [] };
  const definition = definitionOf(type, name);
  const weight = definition === undefined ? 1 : walk.model(type?.name ?? '', name).weight;
  const inner = definition === undefined ? undefined : getNamedType(definition.type);
  return { own: ownCost(field, weight, walk.operation), type: inner, sets: [] };
}
