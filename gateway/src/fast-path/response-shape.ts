import type {
  FragmentDefinitionNode,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import {
  getNamedType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  visit,
} from 'graphql';

/** Thrown where the plain path does not know the answer for certain; the general path then finds it. */
export const UNUSUAL = new Error('left to the general path');

/** Turns what the subgraphs answered into what the client asked for: its names, its fields, nothing more. */
export type Shaper = (fetched: unknown) => unknown;

interface Source {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

type Fields = Record<string, unknown>;

/** The shaper of an operation; null where directives, introspection or odd names make it the general path's. */
export function compileShape(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Shaper | null {
  const root = schema.getRootType(operation.operation);
  if (!root || ![operation, ...fragments.values()].every(isPlain)) return null;
  return shapeOfType(root, [operation.selectionSet], { schema, fragments });
}

function isPlain(node: OperationDefinitionNode | FragmentDefinitionNode): boolean {
  let plain = true;
  visit(node, {
    Directive: () => {
      plain = false;
    },
    Field: ({ name, alias }) => {
      if (name.value.startsWith('__') && name.value !== '__typename') plain = false;
      if (alias?.value.startsWith('__') === true) plain = false;
    },
  });
  return plain;
}

function shapeOfType(type: GraphQLOutputType, sets: readonly SelectionSetNode[], source: Source): Shaper {
  if (isNonNullType(type)) {
    const inner = shapeOfType(type.ofType, sets, source);
    return (fetched) => {
      const shaped = inner(fetched);
      if (shaped === null) throw UNUSUAL;
      return shaped;
    };
  }
  if (isListType(type)) {
    const inner = shapeOfType(type.ofType, sets, source);
    return (fetched) => {
      if (fetched === null || fetched === undefined) return null;
      if (!Array.isArray(fetched)) throw UNUSUAL;
      return fetched.map(inner);
    };
  }
  return isLeafType(type) ? shapeOfLeaf(type) : shapeOfObject(getNamedType(type).name, sets, source);
}

function shapeOfLeaf(type: GraphQLLeafType): Shaper {
  const valid = validatorOf(type);
  return (fetched) => {
    if (fetched === null || fetched === undefined) return null;
    if (!valid(fetched)) throw UNUSUAL;
    return fetched;
  };
}

function validatorOf(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) return (value) => typeof value === 'string' && type.getValue(value) !== undefined;
  switch (type.name) {
    case GraphQLString.name:
    case GraphQLID.name:
      return (value) => typeof value === 'string';
    case GraphQLBoolean.name:
      return (value) => typeof value === 'boolean';
    case GraphQLInt.name:
      return (value) => typeof value === 'number' && (value | 0) === value;
    case GraphQLFloat.name:
      return (value) => typeof value === 'number' && Number.isFinite(value);
    default:
      return () => true;
  }
}

/** Fields differ by concrete type, so each is compiled when the first object of it comes. */
function shapeOfObject(declared: string, sets: readonly SelectionSetNode[], source: Source): Shaper {
  const known = new Map<string, readonly (readonly [string, Shaper])[]>();
  const fieldsOf = (typename: string) => {
    const fields = known.get(typename) ?? fieldShapers(typename, declared, sets, source);
    known.set(typename, fields);
    return fields;
  };
  return (fetched) => {
    if (fetched === null || fetched === undefined) return null;
    if (typeof fetched !== 'object' || Array.isArray(fetched)) throw UNUSUAL;
    const object = fetched as Fields;
    const typename = object['__typename'] ?? declared;
    if (typeof typename !== 'string') throw UNUSUAL;
    const shaped: Fields = {};
    for (const [name, shape] of fieldsOf(typename)) shaped[name] = shape(object[name]);
    return shaped;
  };
}

function fieldShapers(typename: string, declared: string, sets: readonly SelectionSetNode[], source: Source) {
  const type = source.schema.getType(typename);
  const expected = source.schema.getType(declared);
  if (!isObjectType(type)) throw UNUSUAL;
  if (type !== expected && !(isAbstractType(expected) && source.schema.isSubType(expected, type)))
    throw UNUSUAL;
  const collected = new Map<string, { readonly name: string; readonly sets: SelectionSetNode[] }>();
  for (const set of sets) collect(set, type, source, collected);
  return [...collected].map(([responseName, field]) => {
    if (field.name === '__typename') return [responseName, () => type.name] as const;
    const definition = type.getFields()[field.name];
    if (definition === undefined) throw UNUSUAL;
    return [responseName, shapeOfType(definition.type, field.sets, source)] as const;
  });
}

/** All fields that apply to a concrete type, those of one response name together. */
function collect(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  source: Source,
  into: Map<string, { readonly name: string; readonly sets: SelectionSetNode[] }>,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const responseName = (selection.alias ?? selection.name).value;
      const field = into.get(responseName) ?? { name: selection.name.value, sets: [] };
      if (selection.selectionSet !== undefined) field.sets.push(selection.selectionSet);
      into.set(responseName, field);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : source.fragments.get(selection.name.value);
    if (fragment === undefined) throw UNUSUAL;
    const condition = fragment.typeCondition?.name.value;
    if (condition === undefined || applies(condition, type.name, source.schema)) {
      collect(fragment.selectionSet, type, source, into);
    }
  }
}

/** True where an object of `typename` fulfils a fragment's type condition. */
export function applies(condition: string, typename: string, schema: GraphQLSchema): boolean {
  if (condition === typename) return true;
  const abstract = schema.getType(condition);
  const concrete = schema.getType(typename);
  return isAbstractType(abstract) && isObjectType(concrete) && schema.isSubType(abstract, concrete);
}
