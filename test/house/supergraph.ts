import { readFileSync } from 'node:fs';
import { Kind, parse, print, type FieldDefinitionNode, type TypeNode } from 'graphql';

const { definitions } = parse(readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8'));

const fields = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
      ? [[one.name.value, (one.fields ?? []).map(({ name }) => name.value)] as const]
      : [],
  ),
);

/** The fields of a type of the public graph; none where there is no such type. */
export const fieldsOf = (type: string): readonly string[] => fields.get(type) ?? [];

/** The mutations of a subgraph. */
export const mutationsOf = (subgraph: string): readonly string[] =>
  definitions
    .flatMap((one) =>
      one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Mutation' ? (one.fields ?? []) : [],
    )
    .filter((field) => print(field).includes(`graph: ${subgraph.toUpperCase()}`))
    .map(({ name }) => name.value);

/** The answers that say why something was not done. */
export const REJECTIONS: ReadonlySet<string> = new Set(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION &&
    one.interfaces?.some(({ name }) => name.value === 'Rejection') === true
      ? [one.name.value]
      : [],
  ),
);

/** The name of a mutation's input. */
export const inputOf = (mutation: string): string =>
  `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;

const inputs = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
      ? [[one.name.value, new Map((one.fields ?? []).map(({ name, type }) => [name.value, type]))] as const]
      : [],
  ),
);

/** The fields of an input with their types; undefined where there is no such input. */
export const inputFieldsOf = (type: string): ReadonlyMap<string, TypeNode> | undefined => inputs.get(type);

const enums = new Set(
  definitions.flatMap((one) => (one.kind === Kind.ENUM_TYPE_DEFINITION ? [one.name.value] : [])),
);

/** Whether there is an enumeration of this name. */
export const isEnum = (type: string): boolean => enums.has(type);

const unions = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.UNION_TYPE_DEFINITION
      ? [[one.name.value, (one.types ?? []).map(({ name }) => name.value)] as const]
      : [],
  ),
);

const results = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION && ['Mutation', 'Query'].includes(one.name.value)
      ? (one.fields ?? []).map(({ name, type }) => [name.value, namedIn(type)] as const)
      : [],
  ),
);

function namedIn(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedIn(type.type);
}

/** The types that a mutation or a query may answer. */
export const answersOf = (mutation: string): readonly string[] =>
  unions.get(results.get(mutation) ?? '') ?? [];

/** Lists and pages of a customer: the field with its arguments, as a query asks for it. */
export const CUSTOMER_LISTS: readonly string[] = definitions.flatMap((one) =>
  one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Customer'
    ? (one.fields ?? []).flatMap(listQuery)
    : [],
);

function listQuery({ name, type, arguments: taken = [] }: FieldDefinitionNode): string[] {
  const given = taken.filter((argument) => argument.type.kind === Kind.NON_NULL_TYPE);
  const passed = given.length === 0 ? '' : `(${given.map((one) => `${one.name.value}: "USD"`).join(', ')})`;
  if (namedIn(type).endsWith('Connection')) return [`${name.value}${passed} { nodes { __typename } }`];
  return isObjectList(type) ? [`${name.value}${passed} { __typename }`] : [];
}

function isObjectList(type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return isObjectList(type.type);
  return type.kind === Kind.LIST_TYPE && fields.has(namedIn(type));
}

const takenBy = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Query'
      ? (one.fields ?? []).map((field) => [field.name.value, field.arguments ?? []] as const)
      : [],
  ),
);

/** The arguments of every query, with their types. */
export const QUERIES: ReadonlyMap<string, readonly Argument[]> = new Map(
  [...takenBy].map(([name, taken]) => [
    name,
    taken.map((one) => ({ name: one.name.value, type: print(one.type), named: namedIn(one.type) })),
  ]),
);

/** An argument of a field: `type` as a variable declares it, `named` without lists and exclamation marks. */
export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly named: string;
}
