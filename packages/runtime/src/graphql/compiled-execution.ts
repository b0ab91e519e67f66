import {
  GraphQLError,
  isAbstractType,
  isObjectType,
  Kind,
  locatedError,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Run } from './compiled-errors.js';
import { completeFields, fieldsOf, isPromise } from './compiled-values.js';

type Values = Readonly<Record<string, unknown>>;

/** What one execution is about; its variables are coerced already. */
export interface ExecutionOf {
  readonly rootValue?: unknown;
  readonly contextValue: unknown;
  readonly variables: Values;
}

/** Runs an operation as graphql-js's `execute` does, and answers the same. */
export type CompiledExecution = (execution: ExecutionOf) => ExecutionResult | Promise<ExecutionResult>;

/**
 * An operation, compiled: graphql-js asks of each field of each object what its type is, which arguments it takes and
 * whether a promise came, and notes where it stands; here that is found out once for each place in the document. Null
 * where the operation must be left to graphql-js: directives, introspection, several mutations, resolvers that look at
 * the operation itself.
 */
export function compileExecution(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledExecution | null {
  const root = schema.getRootType(operation.operation);
  if (!root || !isOrdinary(document) || needsInfo(schema)) return null;
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const selected = { schema, fragments: new Map(fragments.map((one) => [one.name.value, one])) };
  const fields = fieldsOf(root, [operation.selectionSet], selected);
  if (operation.operation === 'mutation' && fields.length > 1) return null;
  return ({ rootValue, contextValue, variables }) => {
    const run: Run = { contextValue, variables, errors: [] };
    try {
      const data = completeFields(fields, rootValue, { run, path: undefined });
      if (!isPromise(data)) return answer(data, run);
      return data.then(
        (done) => answer(done, run),
        (error: unknown) => failed(error, run),
      );
    } catch (error) {
      return failed(error, run);
    }
  };
}

function isOrdinary(document: DocumentNode): boolean {
  let ordinary = true;
  const refuse = (): void => {
    ordinary = false;
  };
  visit(document, {
    Directive: refuse,
    Field: ({ name, alias }) => {
      if (name.value === '__schema' || name.value === '__type' || alias?.value === '__proto__') refuse();
    },
  });
  return ordinary;
}

const INFO_AT = 4;
const known = new WeakMap<GraphQLSchema, boolean>();

/** Whether something in the schema asks for the operation itself, which nobody makes here. */
function needsInfo(schema: GraphQLSchema): boolean {
  const needs = known.get(schema) ?? Object.values(schema.getTypeMap()).some(typeNeedsInfo);
  known.set(schema, needs);
  return needs;
}

function typeNeedsInfo(type: GraphQLNamedType): boolean {
  if (isAbstractType(type)) return (type.resolveType?.length ?? 0) >= INFO_AT - 1;
  if (!isObjectType(type) || type.name.startsWith('__')) return false;
  if (type.isTypeOf) return true;
  return Object.values(type.getFields()).some(({ resolve }) => (resolve?.length ?? 0) >= INFO_AT);
}

function answer(data: Record<string, unknown>, { errors }: Run): ExecutionResult {
  return errors.length === 0 ? { data } : { errors, data };
}

function failed(error: unknown, { errors }: Run): ExecutionResult {
  errors.push(error instanceof GraphQLError ? error : locatedError(error, undefined));
  return { errors, data: null };
}
