import type { GraphQLInputType, GraphQLSchema } from 'graphql';
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  parseType,
  typeFromAST,
  isInputType,
} from 'graphql';
import type { Random } from './random.js';

export type Inputs = Readonly<Record<string, unknown>>;

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly preset: string;
}

const DEPTH_MAX = 4;

/** Arguments of one operation: literals, and variables with what they hold. */
export class RandomInputs {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  readonly #variables: Variable[] = [];

  constructor(schema: GraphQLSchema, random: Random) {
    this.#schema = schema;
    this.#random = random;
  }

  /** The text of an argument's value. */
  argument(type: GraphQLInputType): string {
    return this.#random.percent(50) ? this.#variable(String(type)) : literalOf(this.#value(type, 0));
  }

  /** A variable for a directive. */
  flag(): string {
    return this.#variable('Boolean!');
  }

  /** `($v0: Int = 3)`, or nothing. */
  declarations(): string {
    if (this.#variables.length === 0) return '';
    return `(${this.#variables.map(({ name, type, preset }) => `$${name}: ${type}${preset}`).join(', ')})`;
  }

  /** Values for the variables: fitting ones mostly, now and then missing, null, of another type or too many. */
  values(): Inputs {
    const random = this.#random;
    const values: Record<string, unknown> = {};
    for (const { name, type } of this.#variables) {
      if (random.percent(2)) continue;
      if (random.percent(3)) values[name] = random.pick([null, 'odd', -1, 1.5, [], {}, [null], true]);
      else values[name] = this.#value(this.#typeOf(type), 0);
    }
    if (random.percent(5)) values['nobody'] = 1;
    return values;
  }

  #variable(type: string): string {
    const name = `v${this.#variables.length}`;
    const preset = this.#random.percent(15) ? ` = ${literalOf(this.#value(this.#typeOf(type), 0))}` : '';
    this.#variables.push({ name, type, preset });
    return `$${name}`;
  }

  #typeOf(text: string): GraphQLInputType {
    const type = typeFromAST(this.#schema, parseType(text) as never);
    if (!isInputType(type)) throw new Error(`${text} is no input`);
    return type;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    const random = this.#random;
    if (isNonNullType(type)) return this.#value(type.ofType, depth);
    if (isListType(type)) {
      if (random.percent(10)) return this.#value(type.ofType, depth + 1);
      return Array.from({ length: random.below(3) }, () => this.#value(type.ofType, depth + 1));
    }
    if (isEnumType(type)) return new EnumName(random.pick(type.getValues()).name);
    if (!isInputObjectType(type)) return this.#scalar(type.name);
    const all = Object.values(type.getFields());
    const wanted = type.isOneOf
      ? [random.pick(all)]
      : all.filter((field) => isRequiredInputField(field) || (depth < DEPTH_MAX && random.percent(30)));
    return Object.fromEntries(wanted.map((field) => [field.name, this.#value(field.type, depth + 1)]));
  }

  #scalar(name: string): unknown {
    const random = this.#random;
    switch (name) {
      case 'Int':
        return random.below(20);
      case 'Boolean':
        return random.percent(50);
      case 'JSONObject':
        return { a: 1, id: 'x' };
      case 'ID':
        return random.pick(['cus_1', 'inv_2', 7]);
      default:
        return SCALARS[name] ?? random.pick(['x', '', '“ü”', 'a\nb']);
    }
  }
}

const SCALARS: Readonly<Record<string, string>> = {
  Decimal: '1.5',
  BigInt: '12',
  DateTime: '2024-01-01T00:00:00.000Z',
  Date: '2024-01-01',
  Currency: 'USD',
  TimeZone: 'UTC',
  Country: 'US',
};

/** An enum value: a text in JSON, a bare name in a document. */
class EnumName {
  constructor(readonly name: string) {}

  toJSON(): string {
    return this.name;
  }
}

/** A value as a document writes it. */
function literalOf(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, one]) => `${name}: ${literalOf(one)}`);
  return `{ ${fields.join(', ')} }`;
}
