import type { Identity } from '@tollgate/runtime/base/identity';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { executeSync, Kind, printSchema } from 'graphql';
import type { Caller } from '../caller/identity.js';
import type { GatewayConfig } from '../config.js';
import { dataInClientNames } from './aliases.js';
import { schemaFor } from './audience.js';
import type { Measure } from './limits.js';
import type { Operation } from './operations.js';

/** The schema as each kind of caller sees it. */
export class SchemaViews {
  readonly #schema: GraphQLSchema;
  readonly #mode: GatewayConfig['introspection'];
  readonly #schemas = new Map<Identity['kind'], GraphQLSchema>();
  readonly #texts = new Map<Identity['kind'], string>();

  constructor(schema: GraphQLSchema, mode: GatewayConfig['introspection']) {
    this.#schema = schema;
    this.#mode = mode;
  }

  /** True where an operation is answered from the caller's view of the schema and nothing else. */
  answers(operation: Operation | null, { identity }: Caller): operation is Operation {
    return (
      this.#mode === 'callers' && identity.kind !== 'staff' && (operation?.measure?.introspects ?? false)
    );
  }

  /** The answer to an introspection, from what this caller may call. */
  answer(operation: Operation, { identity }: Caller): ExecutionResult {
    const { document, operationName, variables, renamed } = operation;
    const answer = executeSync({
      schema: this.#schemaOf(identity.kind),
      document,
      variableValues: variables,
      operationName: operationName ?? null,
    });
    if (!renamed) return answer;
    return dataInClientNames(answer) as ExecutionResult;
  }

  /** The schema as text; of everybody where no kind is given. */
  textFor(kind: Identity['kind'] = 'system'): string {
    const known = this.#texts.get(kind) ?? printSchema(this.#schemaOf(kind));
    this.#texts.set(kind, known);
    return known;
  }

  #schemaOf(kind: Identity['kind']): GraphQLSchema {
    const known = this.#schemas.get(kind) ?? schemaFor(kind, this.#schema);
    this.#schemas.set(kind, known);
    return known;
  }
}

/** True for an operation that asks about the schema and for nothing else. */
export function onlyIntrospects({ operation }: Measure): boolean {
  return operation.selectionSet.selections.every(
    (one) => one.kind === Kind.FIELD && one.name.value.startsWith('__'),
  );
}
