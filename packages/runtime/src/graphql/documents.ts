import {
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { compileCoercion, type Coercion } from './coercion.js';
import { compileExecution, type CompiledExecution } from './compiled-execution.js';
import type { SubgraphRequest } from './endpoint.js';

const DOCUMENTS_MAX_BYTES = 24 * 1024 * 1024;
/** Measured: a document in memory, parsed and compiled, for each character of its text. */
const BYTES_PER_CHAR = 48;
const TOKENS_MAX = 10_000;
/** What graphql-js says at most of variables that do not fit. */
const ERRORS_MAX = 50;

/** A valid document, and its operations by name as far as they were asked for. */
interface Document {
  readonly node: DocumentNode;
  readonly operations: Map<string | undefined, Compiled>;
}

/** How an operation takes its variables, and how it runs; null where graphql-js knows better. */
interface Compiled {
  readonly definitions: readonly VariableDefinitionNode[];
  readonly coerce: Coercion | null;
  readonly run: CompiledExecution | null;
}

/** The document has no such operation: graphql-js says so. */
const NOTHING: Compiled = { definitions: [], coerce: null, run: null };

/** What a request asks for, as far as its document and its variables say it. */
export interface Asked {
  readonly document: DocumentNode;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly definitions: readonly VariableDefinitionNode[];
  readonly run: CompiledExecution | null;
}

/** An operation with everything that it takes to execute it. */
export type Executable = ExecutionArgs & Asked;

/** The documents of a schema: each parsed, validated and compiled once. */
export class Documents {
  readonly #documents = new LRUCache<string, Document | readonly GraphQLError[]>({
    maxSize: DOCUMENTS_MAX_BYTES,
    sizeCalculation: (_document, text) => BYTES_PER_CHAR * (text.length + 1),
  });

  constructor(private readonly schema: GraphQLSchema) {}

  /** What a request asks for; errors where its document is not valid. */
  operationOf({
    query,
    operationName,
    variables = {},
  }: Pick<SubgraphRequest, 'query' | 'operationName' | 'variables'>):
    Asked | { readonly errors: readonly GraphQLError[] } {
    const document = this.#document(query);
    if (!('node' in document)) return { errors: document };
    const { definitions, coerce, run } = this.#compiled(document, operationName);
    const coerced = coerce?.(variables) ?? null;
    return {
      document: coerced?.document ?? document.node,
      variableValues: coerced?.variables ?? variables,
      definitions: coerced?.definitions ?? definitions,
      run,
    };
  }

  #compiled({ node, operations }: Document, operationName: string | undefined): Compiled {
    const known = operations.get(operationName);
    if (known !== undefined) return known;
    const operation = getOperationAST(node, operationName);
    // Names that the document does not have are as many as callers like.
    if (!operation) return NOTHING;
    const made = {
      definitions: operation.variableDefinitions ?? [],
      coerce: compileCoercion(this.schema, node, operationName),
      run: compileExecution(this.schema, node, operation),
    };
    operations.set(operationName, made);
    return made;
  }

  #document(text: string): Document | readonly GraphQLError[] {
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    const made = this.#parsed(text);
    this.#documents.set(text, made);
    return made;
  }

  #parsed(text: string): Document | readonly GraphQLError[] {
    try {
      const document = parse(text, { maxTokens: TOKENS_MAX, noLocation: true });
      const errors = validate(this.schema, document);
      return errors.length > 0 ? errors.map(asBadInput) : { node: document, operations: new Map() };
    } catch (error) {
      return [
        asBadInput(error instanceof GraphQLError ? error : new GraphQLError('The document cannot be read.')),
      ];
    }
  }
}

function asBadInput(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

/** Executes an operation: compiled where it was, else by graphql-js. */
export function executed(executable: Executable): ExecutionResult | Promise<ExecutionResult> {
  const { run, definitions, schema, rootValue, contextValue, variableValues } = executable;
  if (run === null) return execute(executable);
  if (definitions.length === 0) return run({ rootValue, contextValue, variables: {} });
  const variables = getVariableValues(schema, definitions, variableValues, { maxErrors: ERRORS_MAX });
  if (variables.errors !== undefined) return { errors: variables.errors };
  return run({ rootValue, contextValue, variables: variables.coerced });
}
