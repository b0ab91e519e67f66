import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { Inputs } from './inputs.js';
import { RandomInputs } from './inputs.js';
import type { Random } from './random.js';

/** An operation as a client sends it, twice with other variables. */
export interface RandomOperation {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: readonly Inputs[];
}

const DEPTH_MAX = 6;
const FIELDS_MAX = 4;
/** What an alias may be called to confuse whoever looks at it. */
const LYING_NAMES = [
  'id',
  '__typename',
  'constructor',
  'toString',
  'hasOwnProperty',
  'nodes',
  'data',
  'name',
];

/** Writes random operations over a schema: valid most of the time, strange in all ways that GraphQL allows. */
export class OperationWriter {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  #inputs: RandomInputs;
  #fragments: string[] = [];
  #count = 0;

  constructor(schema: GraphQLSchema, random: Random) {
    this.#schema = schema;
    this.#random = random;
    this.#inputs = new RandomInputs(schema, random);
  }

  /** The next operation. */
  write(): RandomOperation {
    const random = this.#random;
    this.#inputs = new RandomInputs(this.#schema, random);
    this.#fragments = [];
    this.#count = 0;
    const kind = random.percent(25) ? 'mutation' : 'query';
    const root = kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType();
    if (!root) throw new Error('the schema has no such operations');
    const body = this.#selections(root, 0);
    const name = random.percent(50) ? 'Named' : '';
    const text = `${kind} ${name}${this.#inputs.declarations()} ${body}\n${this.#fragments.join('\n')}`;
    const asked = random.pick(['', 'none', name]);
    const operationName = asked === 'none' ? undefined : asked;
    return { query: text, operationName, variables: [this.#inputs.values(), this.#inputs.values()] };
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    const count = 1 + this.#random.below(FIELDS_MAX);
    const parts = Array.from({ length: count }, () => this.#selection(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const random = this.#random;
    if (random.percent(10)) return '__typename';
    if (isAbstractType(type) && random.percent(80)) {
      const concrete = random.pick(this.#schema.getPossibleTypes(type));
      return this.#fragment(concrete, depth);
    }
    if (random.percent(12)) return this.#fragment(type, depth);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const shallow = fields.filter((field) => depth < DEPTH_MAX || !isCompositeType(getNamedType(field.type)));
    return shallow.length === 0 ? '__typename' : this.#field(random.pick(shallow), depth);
  }

  #fragment(type: GraphQLNamedType, depth: number): string {
    const body = this.#selections(type, depth);
    if (this.#random.percent(50)) return `... on ${type.name}${this.#directive()} ${body}`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${type.name} ${body}`);
    return `...${name}${this.#directive()}`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const random = this.#random;
    const type = getNamedType(field.type);
    const args = field.args
      .filter((one) => isRequiredArgument(one) || random.percent(30))
      .map((one) => `${one.name}: ${this.#inputs.argument(one.type)}`);
    const call = `${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}`;
    const body = isCompositeType(type) ? ` ${this.#selections(type, depth + 1)}` : '';
    return `${this.#alias(args.length > 0)}${call}${this.#directive()}${body}`;
  }

  /** Fields with arguments have names of their own mostly, or they would be in each other's way. */
  #alias(withArguments: boolean): string {
    const random = this.#random;
    if (random.percent(2)) return `${random.pick(LYING_NAMES)}: `;
    if (!withArguments && !random.percent(15)) return '';
    this.#count += 1;
    return `a${this.#count}: `;
  }

  #directive(): string {
    if (!this.#random.percent(4)) return '';
    const name = this.#random.pick(['include', 'skip']);
    const condition = this.#random.percent(30) ? this.#inputs.flag() : String(this.#random.percent(50));
    return ` @${name}(if: ${condition})`;
  }
}
