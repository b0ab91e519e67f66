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

import { clientName } from '../operation/aliases.js';

/** What a shaper gives where the fast path does not know the answer for certain; the general path then finds it. */
export const NOT_SHAPED = null;

/**
 * Writes what the subgraphs answered as what the client asked for: its names, its fields, nothing more. The JSON is put
 * together at once: an answer in the client's shape that is only there to be written would be garbage a moment later.
 */
export type Shaper = (fetched: unknown) => string | typeof NOT_SHAPED;

interface Source {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export interface ShapeSource extends Source {
  readonly operation: OperationDefinitionNode;
}

type Fields = Record<string, unknown>;

/** The shaper of an operation; null where directives, introspection or odd names make it the general path's. */
export function compileShape({ operation, ...source }: ShapeSource): Shaper | null {
  const root = source.schema.getRootType(operation.operation);
  if (!root || ![operation, ...source.fragments.values()].every(isOrdinary)) return null;
  return shapeOfType(root, [operation.selectionSet], source);
}

function isOrdinary(node: OperationDefinitionNode | FragmentDefinitionNode): boolean {
  let ordinary = true;
  visit(node, {
    Directive: () => {
      ordinary = false;
    },
    Field: ({ name, alias }) => {
      if (name.value.startsWith('__') && name.value !== '__typename') ordinary = false;
      if (alias?.value.startsWith('__') === true) ordinary = false;
    },
  });
  return ordinary;
}

function shapeOfType(type: GraphQLOutputType, sets: readonly SelectionSetNode[], source: Source): Shaper {
  if (isNonNullType(type)) {
    const inner = shapeOfType(type.ofType, sets, source);
    return (fetched) => (isNothing(fetched) ? NOT_SHAPED : inner(fetched));
  }
  if (isListType(type)) return shapeOfList(shapeOfType(type.ofType, sets, source));
  if (isLeafType(type)) return shapeOfLeaf(type);
  return shapeOfObject({ declared: getNamedType(type).name, sets, source });
}

function shapeOfList(inner: Shaper): Shaper {
  return (fetched) => {
    if (isNothing(fetched)) return 'null';
    if (!Array.isArray(fetched)) return NOT_SHAPED;
    let text = '';
    for (const element of fetched) {
      const one = inner(element);
      if (one === NOT_SHAPED) return NOT_SHAPED;
      text += text === '' ? one : `,${one}`;
    }
    return `[${text}]`;
  };
}

function shapeOfLeaf(type: GraphQLLeafType): Shaper {
  const valid = validatorOf(type);
  return (fetched) => {
    if (isNothing(fetched)) return 'null';
    return valid(fetched) ? jsonOf(fetched) : NOT_SHAPED;
  };
}

/** Characters that JSON writes as they are; of those beyond the first plane `stringify` knows which stand alone. */
const AS_IT_IS = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/;

function jsonOf(value: unknown): string {
  return typeof value === 'string' && AS_IT_IS.test(value) ? `"${value}"` : JSON.stringify(value);
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

interface Selected {
  /** The type that the field is declared to have. */
  readonly declared: string;
  readonly sets: readonly SelectionSetNode[];
  readonly source: Source;
}

interface FieldShaper {
  readonly name: string;
  /** What stands before the value: a brace or a comma, and what the client calls the field. */
  readonly before: string;
  readonly shape: Shaper;
}

type FieldShapers = readonly FieldShaper[];

/** Fields differ by concrete type, so each is compiled when the first object of it comes. */
function shapeOfObject(selected: Selected): Shaper {
  const known = new Map<string, FieldShapers | null>();
  const fieldsOf = (typename: string): FieldShapers | null => {
    const fields = known.get(typename);
    if (fields !== undefined) return fields;
    const compiled = fieldShapers(typename, selected);
    known.set(typename, compiled);
    return compiled;
  };
  return (fetched) => {
    if (isNothing(fetched)) return 'null';
    if (typeof fetched !== 'object' || Array.isArray(fetched)) return NOT_SHAPED;
    const object = fetched as Fields;
    const typename = ownOf(object, '__typename') ?? selected.declared;
    const fields = typeof typename === 'string' ? fieldsOf(typename) : null;
    if (fields === null) return NOT_SHAPED;
    let text = '';
    for (const { name, before, shape } of fields) {
      const value = shape(ownOf(object, name));
      if (value === NOT_SHAPED) return NOT_SHAPED;
      text += before + value;
    }
    return text === '' ? '{}' : `${text}}`;
  };
}

function isNothing(fetched: unknown): fetched is null | undefined {
  return fetched === null || fetched === undefined;
}

/** Every object inherits a `constructor`; an answer has it only where the subgraph said so. */
function ownOf(object: Fields, name: string): unknown {
  const value = object[name];
  // What is inherited are functions, and a JSON answer holds none.
  return typeof value === 'function' || name === '__proto__' ? undefined : value;
}

/** The shapers of a concrete type's fields; null where the schema does not know such an object here. */
function fieldShapers(typename: string, { declared, sets, source }: Selected): FieldShapers | null {
  const type = source.schema.getType(typename);
  const expected = source.schema.getType(declared);
  if (!isObjectType(type)) return null;
  if (type !== expected && !(isAbstractType(expected) && source.schema.isSubType(expected, type)))
    return null;
  const collected: Collected = new Map();
  for (const set of sets) if (!collect(set, { type, source, into: collected })) return null;
  const shapers: FieldShaper[] = [];
  for (const [responseName, field] of collected) {
    const shape = shaperOf(field, type, source);
    if (shape === null) return null;
    const before = `${shapers.length === 0 ? '{' : ','}${JSON.stringify(clientName(responseName))}:`;
    shapers.push({ name: responseName, before, shape });
  }
  return shapers;
}

interface CollectedField {
  readonly name: string;
  readonly sets: SelectionSetNode[];
}

type Collected = Map<string, CollectedField>;

function shaperOf(field: CollectedField, type: GraphQLObjectType, source: Source): Shaper | null {
  if (field.name === '__typename') return () => `"${type.name}"`;
  const definition = type.getFields()[field.name];
  return definition === undefined ? null : shapeOfType(definition.type, field.sets, source);
}

interface Collecting {
  readonly type: GraphQLObjectType;
  readonly source: Source;
  readonly into: Collected;
}

/** All fields that apply to a concrete type, those of one response name together; false for an unknown fragment. */
function collect(set: SelectionSetNode, collecting: Collecting): boolean {
  const { type, source, into } = collecting;
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
    if (fragment === undefined) return false;
    const condition = fragment.typeCondition?.name.value;
    const isWanted = condition === undefined || applies(condition, type.name, source.schema);
    if (isWanted && !collect(fragment.selectionSet, collecting)) return false;
  }
  return true;
}

/** True where an object of `typename` fulfils a fragment's type condition. */
export function applies(condition: string, typename: string, schema: GraphQLSchema): boolean {
  if (condition === typename) return true;
  const abstract = schema.getType(condition);
  const concrete = schema.getType(typename);
  return isAbstractType(abstract) && isObjectType(concrete) && schema.isSubType(abstract, concrete);
}
