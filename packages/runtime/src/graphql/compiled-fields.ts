import {
  getArgumentValues,
  isAbstractType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

type Values = Readonly<Record<string, unknown>>;

/** Where the selections of an operation come from. */
export interface Selected {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A field of an object type as an operation asks for it: everything that its response name stands for. */
export interface AskedField {
  readonly responseName: string;
  readonly nodes: readonly FieldNode[];
  readonly parent: GraphQLObjectType;
  /** Undefined for `__typename`. */
  readonly definition: GraphQLField<unknown, unknown> | undefined;
}

/**
 * The fields that selections ask of an object of a type, in the order of the answer. The document is valid and has no
 * directives.
 */
export function fieldsAskedOf(
  parent: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  selected: Selected,
): readonly AskedField[] {
  const nodes = new Map<string, FieldNode[]>();
  const collecting = { parent, selected, nodes, visited: new Set<string>() };
  for (const set of sets) collect(set, collecting);
  return [...nodes].map(([responseName, fieldNodes]) => ({
    responseName,
    nodes: fieldNodes,
    parent,
    definition: parent.getFields()[fieldNodes[0]?.name.value ?? ''],
  }));
}

interface Collecting {
  readonly parent: GraphQLObjectType;
  readonly selected: Selected;
  readonly nodes: Map<string, FieldNode[]>;
  readonly visited: Set<string>;
}

function collect({ selections }: SelectionSetNode, collecting: Collecting): void {
  const { parent, selected, nodes, visited } = collecting;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const responseName = (selection.alias ?? selection.name).value;
      const known = nodes.get(responseName);
      if (known === undefined) nodes.set(responseName, [selection]);
      else known.push(selection);
      continue;
    }
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    if (isSpread && visited.has(selection.name.value)) continue;
    if (isSpread) visited.add(selection.name.value);
    const fragment = isSpread ? selected.fragments.get(selection.name.value) : selection;
    if (fragment === undefined || !applies(fragment.typeCondition?.name.value, parent, selected.schema))
      continue;
    collect(fragment.selectionSet, collecting);
  }
}

function applies(condition: string | undefined, type: GraphQLObjectType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && schema.isSubType(abstract, type);
}

/** The arguments of a field; made once where no variable stands in them. */
export type Arguments = (variables: Values) => Values;

const NONE: Values = Object.freeze({});

/** How a field takes its arguments. What it throws is what graphql-js throws. */
export function argumentsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode): Arguments {
  if (definition.args.length === 0) return () => NONE;
  if ((node.arguments ?? []).some(({ value }) => !isConstant(value)))
    return (variables) => getArgumentValues(definition, node, { ...variables });
  let made: Values | undefined;
  return () => (made ??= Object.freeze(getArgumentValues(definition, node, {})));
}

function isConstant(value: NonNullable<FieldNode['arguments']>[number]['value']): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return false;
    case Kind.LIST:
      return value.values.every(isConstant);
    case Kind.OBJECT:
      return value.fields.every((field) => isConstant(field.value));
    default:
      return true;
  }
}

/** The object type of this name that an abstract type may be; undefined where it is none of them. */
export function possibleType(
  schema: GraphQLSchema,
  abstract: string,
  name: unknown,
): GraphQLObjectType | undefined {
  const declared = schema.getType(abstract);
  const type = typeof name === 'string' ? schema.getType(name) : undefined;
  if (!isAbstractType(declared) || !isObjectType(type)) return undefined;
  return schema.isSubType(declared, type) ? type : undefined;
}
