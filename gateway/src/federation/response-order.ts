import type {
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { applies } from '../fast-path/response-shape.js';

export interface OrderSource {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Coerced, for the directives that include and skip. */
  readonly variables: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, unknown>;

/**
 * Data with its fields in the order in which the document selects them, as GraphQL says. Apollo puts what fragments add
 * to a field behind what stands beside them.
 */
export function inDocumentOrder(data: unknown, source: OrderSource): unknown {
  const root = source.schema.getRootType(source.operation.operation);
  if (!root || (source.fragments.size === 0 && !hasFragments(source.operation.selectionSet))) return data;
  return ordered(data, { type: root, sets: [source.operation.selectionSet] }, source);
}

function hasFragments({ selections }: SelectionSetNode): boolean {
  return selections.some(
    (one) => one.kind !== Kind.FIELD || (one.selectionSet !== undefined && hasFragments(one.selectionSet)),
  );
}

interface Selected {
  readonly type: GraphQLNamedType;
  readonly sets: SelectionSetNode[];
}

/** What is selected under one response name. */
interface SelectedField extends Selected {
  readonly field: string;
}

type Collected = Map<string, SelectedField>;

function ordered(value: unknown, selected: Selected, source: OrderSource): unknown {
  if (Array.isArray(value)) return value.map((one) => ordered(one, selected, source));
  if (typeof value !== 'object' || value === null || selected.sets.length === 0) return value;
  const fields = fieldsOf(value as Fields, selected, source);
  if (fields === undefined) return value;
  const entries = [...fields].map(([name, field]) => [name, ordered((value as Fields)[name], field, source)]);
  return Object.fromEntries(entries);
}

/** The fields of the object's concrete type: the one of those possible that selects just these and is called so. */
function fieldsOf(value: Fields, { type, sets }: Selected, source: OrderSource): Collected | undefined {
  const possible = isAbstractType(type) ? source.schema.getPossibleTypes(type) : [type];
  const fitting: Collected[] = [];
  for (const one of possible) {
    if (!isObjectType(one)) continue;
    const collected: Collected = new Map();
    for (const set of sets) collect(set, { type: one, into: collected }, source);
    if (fits(value, one.name, collected)) fitting.push(collected);
  }
  const [first, ...others] = fitting;
  // Where two types fit in different orders, nothing says which of them it is.
  const names = first === undefined ? '' : [...first.keys()].join();
  return others.every((other) => [...other.keys()].join() === names) ? first : undefined;
}

function fits(value: Fields, typename: string, collected: Collected): boolean {
  if (Object.keys(value).length !== collected.size) return false;
  return [...collected].every(
    ([name, { field }]) =>
      Object.hasOwn(value, name) && (field !== TypeNameMetaFieldDef.name || value[name] === typename),
  );
}

interface Collecting {
  readonly type: GraphQLObjectType;
  readonly into: Collected;
}

function collect(set: SelectionSetNode, { type, into }: Collecting, source: OrderSource): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection, source)) continue;
    if (selection.kind === Kind.FIELD) {
      const responseName = (selection.alias ?? selection.name).value;
      const field = selection.name.value;
      const known = into.get(responseName) ?? { field, type: getNamedType(typeOf(type, field)), sets: [] };
      if (selection.selectionSet !== undefined) known.sets.push(selection.selectionSet);
      into.set(responseName, known);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : source.fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (fragment === undefined) continue;
    if (condition !== undefined && !applies(condition, type.name, source.schema)) continue;
    collect(fragment.selectionSet, { type, into }, source);
  }
}

function isIncluded(selection: SelectionNode, { variables }: OrderSource): boolean {
  if (selection.directives?.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

function typeOf(type: GraphQLObjectType, field: string): GraphQLOutputType {
  const meta = [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef].find(
    ({ name }) => name === field,
  );
  return meta?.type ?? type.getFields()[field]?.type ?? TypeNameMetaFieldDef.type;
}
