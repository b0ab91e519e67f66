import type {
  DocumentNode,
  GraphQLInputObjectType,
  GraphQLInputType,
  GraphQLSchema,
  VariableDefinitionNode,
} from 'graphql';
import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  typeFromAST,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** An operation with its large variables in order, and the document that takes them as they are. */
export interface Coerced {
  readonly document: DocumentNode;
  /** Of the operation in that document. */
  readonly definitions: readonly VariableDefinitionNode[];
  readonly variables: Variables;
}

/** Null where a variable does not fit or needs a closer look: graphql-js then judges the operation as it came. */
export type Coercion = (variables: Variables) => Coerced | null;

type Coercer = (value: unknown) => unknown;

/** Federation's scalar for representations: graphql-js hands its values on untouched. */
const OPEN_SCALAR = '_Any';

/** Thrown, never shown: only graphql-js says what is wrong with a value. */
const UNFIT = new Error('left to graphql-js');

/**
 * Coercion of lists and input objects compiled once per operation: graphql-js walks the types anew for each of a
 * thousand events and notes where it is, in case of an error. Null where an operation has no such variables.
 */
export function compileCoercion(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): Coercion | null {
  const operation = getOperationAST(document, operationName);
  if (!operation || !isScalarType(schema.getType(OPEN_SCALAR))) return null;
  const compiled = new Map<GraphQLInputObjectType, Coercer>();
  const coercers = new Map<string, Coercer>();
  const required = new Set<string>();
  const variableDefinitions = (operation.variableDefinitions ?? []).map((definition) => {
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type) || !isLarge(type) || definition.defaultValue !== undefined) return definition;
    const name = definition.variable.name.value;
    coercers.set(name, coercerOf(type, compiled));
    if (isNonNullType(type)) required.add(name);
    return { ...definition, type: OPEN_TYPE };
  });
  if (coercers.size === 0) return null;
  const opened = { ...operation, variableDefinitions };
  const definitions = document.definitions.map((one) => (one === operation ? opened : one));
  const openDocument: DocumentNode = { ...document, definitions };
  return (variables) => {
    try {
      const coerced: Record<string, unknown> = { ...variables };
      for (const [name, coerce] of coercers) {
        if (Object.hasOwn(variables, name)) coerced[name] = coerce(variables[name]);
        else if (required.has(name)) return null;
      }
      return { document: openDocument, definitions: variableDefinitions, variables: coerced };
    } catch {
      return null;
    }
  };
}

/** Lists (the gateway's representations too) and objects; a single scalar costs graphql-js nothing. */
function isLarge(type: GraphQLInputType): boolean {
  return isListType(getNullableType(type)) || isInputObjectType(getNamedType(type));
}

const OPEN_TYPE = {
  kind: Kind.NAMED_TYPE,
  name: { kind: Kind.NAME, value: OPEN_SCALAR },
} as const;

/** Does what `coerceInputValue` does with a value that fits; throws at any other. */
function coercerOf(type: GraphQLInputType, compiled: Map<GraphQLInputObjectType, Coercer>): Coercer {
  if (isNonNullType(type)) {
    const inner = coercerOf(type.ofType, compiled);
    return (value) => {
      if (value === null || value === undefined) throw UNFIT;
      return inner(value);
    };
  }
  if (isListType(type)) {
    const inner = coercerOf(type.ofType, compiled);
    return (value) => {
      if (value === null) return null;
      if (!Array.isArray(value)) throw UNFIT;
      return value.map(inner);
    };
  }
  if (isInputObjectType(type)) return objectCoercer(type, compiled);
  return (value) => {
    if (value === null) return null;
    const parsed = type.parseValue(value);
    if (parsed === undefined) throw UNFIT;
    return parsed;
  };
}

function objectCoercer(
  type: GraphQLInputObjectType,
  compiled: Map<GraphQLInputObjectType, Coercer>,
): Coercer {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  let fields: readonly FieldCoercion[] | undefined;
  let names: ReadonlySet<string> = new Set();
  const coercer: Coercer = (value) => {
    if (value === null) return null;
    if (typeof value !== 'object' || type.isOneOf) throw UNFIT;
    if (fields === undefined) {
      // Not before: an input object may hold itself.
      fields = fieldsOf(type, compiled);
      names = new Set(fields.map((field) => field.name));
    }
    for (const name of Object.keys(value)) if (!names.has(name)) throw UNFIT;
    const coerced: Record<string, unknown> = {};
    for (const field of fields) {
      const given = (value as Record<string, unknown>)[field.name];
      if (given !== undefined) coerced[field.name] = field.coerce(given);
      else if (field.fallback !== undefined) coerced[field.name] = field.fallback;
      else if (field.required) throw UNFIT;
    }
    return coerced;
  };
  compiled.set(type, coercer);
  return coercer;
}

interface FieldCoercion {
  readonly name: string;
  readonly coerce: Coercer;
  readonly fallback: unknown;
  readonly required: boolean;
}

function fieldsOf(
  type: GraphQLInputObjectType,
  compiled: Map<GraphQLInputObjectType, Coercer>,
): readonly FieldCoercion[] {
  return Object.values(type.getFields()).map((field) => ({
    name: field.name,
    coerce: coercerOf(field.type, compiled),
    fallback: field.defaultValue,
    required: isNonNullType(field.type),
  }));
}
