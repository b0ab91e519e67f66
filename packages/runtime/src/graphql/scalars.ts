import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLJSONObject } from 'graphql-scalars';
import { unreachable } from '@tollgate/kernel/assert';
import { exactNumber } from '@tollgate/kernel/json';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { parseDecimal } from '@tollgate/kernel/number/decimal';
import { parseDate, parseInstant, parseTimeZone } from '@tollgate/kernel/time/time';

const INTEGER = /^-?\d{1,38}$/;
const COUNTRY = /^[A-Z]{2}$/;

interface TextScalar {
  readonly name: string;
  readonly description: string;
  parse(text: string): string | null;
}

/** A scalar that is text on the wire and canonical text inside; a number literal would already have lost digits. */
function textScalar({ name, description, parse }: TextScalar): GraphQLScalarType<string, string> {
  const parsed = (value: unknown): string => {
    const result = typeof value === 'string' ? parse(value) : null;
    if (result !== null) return result;
    throw new GraphQLError(`${JSON.stringify(value)?.slice(0, 80)} is not a valid ${name}.`, {
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    });
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => String(value),
    parseValue: parsed,
    parseLiteral: (node: ValueNode) =>
      parsed(node.kind === Kind.STRING || node.kind === Kind.INT ? node.value : null),
  });
}

/** Resolvers of the scalars that every subgraph's schema declares. */
export const SCALARS = {
  Decimal: textScalar({
    name: 'Decimal',
    description: 'An exact decimal number as text, without exponent.',
    parse: parseDecimal,
  }),
  BigInt: textScalar({
    name: 'BigInt',
    description: 'An integer of any size as text.',
    parse: (text) => (INTEGER.test(text) ? BigInt(text).toString() : null),
  }),
  DateTime: textScalar({ name: 'DateTime', description: 'An RFC 3339 instant.', parse: parseInstant }),
  Date: textScalar({ name: 'Date', description: 'A calendar date, YYYY-MM-DD.', parse: parseDate }),
  Currency: textScalar({ name: 'Currency', description: 'An ISO 4217 code.', parse: parseCurrency }),
  TimeZone: textScalar({ name: 'TimeZone', description: 'An IANA time zone.', parse: parseTimeZone }),
  Country: textScalar({
    name: 'Country',
    description: 'An ISO 3166-1 alpha-2 code.',
    parse: (text) => (COUNTRY.test(text) ? text : null),
  }),
  JSONObject: new GraphQLScalarType({ ...GraphQLJSONObject.toConfig(), parseLiteral: objectOfLiteral }),
} as const;

type LiteralVariables = Readonly<Record<string, unknown>> | null | undefined;

/** As the scalar's own way, but that numbers which would lose digits are kept as their texts. */
function objectOfLiteral(node: ValueNode, variables: LiteralVariables): Record<string, unknown> {
  if (node.kind !== Kind.OBJECT) return GraphQLJSONObject.parseLiteral(node, variables) as never;
  return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, valueOf(value, variables)]));
}

function valueOf(node: ValueNode, variables: LiteralVariables): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
    case Kind.OBJECT:
      return objectOfLiteral(node, variables);
    case Kind.LIST:
      return node.values.map((item) => valueOf(item, variables));
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    default:
      return unreachable(node);
  }
}
