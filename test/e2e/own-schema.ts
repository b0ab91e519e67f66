import {
  buildSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** A root field as somebody would call it who knows only what it asks for. */
export interface Call {
  readonly name: string;
  readonly document: string;
}

/** The schema that a system serves, to everybody or to this caller. */
export async function servedSchema(url: string, token?: string): Promise<GraphQLSchema> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/schema.graphql`, { headers });
  return buildSchema(await response.text());
}

/** Names of the queries and mutations of a schema. */
export function rootNames(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(callsOf(schema).map(({ name }) => name));
}

/** A call of each query and mutation, with made-up values where some are needed. */
export function callsOf(schema: GraphQLSchema): readonly Call[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const;
  return roots.flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({
      name: field.name,
      document: `${kind} { ${callOf(field)} }`,
    })),
  );
}

function callOf(field: GraphQLField<unknown, unknown>): string {
  const given = field.args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${valueOf(type)}`);
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return `${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}${selection}`;
}

/** Values that the scalars take; anything else is text. */
const SCALAR_VALUES: Readonly<Record<string, string>> = {
  Boolean: 'true',
  Country: '"US"',
  Currency: '"USD"',
  Date: '"2026-01-01"',
  DateTime: '"2026-01-01T00:00:00Z"',
  Decimal: '"1"',
  Int: '1',
  TimeZone: '"UTC"',
};

function valueOf(type: GraphQLInputType): string {
  if (isListType(getNullableType(type))) return '[]';
  const named = getNamedType(type);
  if (isEnumType(named)) return named.getValues()[0]?.name ?? '""';
  if (!isInputObjectType(named)) return SCALAR_VALUES[named.name] ?? '"x"';
  const needed = Object.values(named.getFields()).filter(isRequiredInputField);
  return `{ ${needed.map((field) => `${field.name}: ${valueOf(field.type)}`).join(', ')} }`;
}
