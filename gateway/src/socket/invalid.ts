import { GraphQLError, parse } from 'graphql';
import type { Operation } from '../operation/operations.js';

/** A document that is not run, with every reason and its place, as the same document gets them over HTTP. */
export class InvalidDocument extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'The document is not valid');
    this.errors = errors;
  }
}

/** Why a text is no document; undefined where it is one. */
export function syntaxError(query: string): InvalidDocument | undefined {
  try {
    parse(query);
    return undefined;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return new InvalidDocument([coded(error, 'GRAPHQL_PARSE_FAILED')]);
  }
}

/** Why an operation does not fit the schema; undefined where it does. */
export function validationErrors({ errors }: Operation): InvalidDocument | undefined {
  if (errors.length === 0) return undefined;
  return new InvalidDocument(errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')));
}

/** The error with another code, at its places in the document. */
function coded(error: GraphQLError, code: string): GraphQLError {
  return placed(error, error.message, { ...error.extensions, code });
}

/** An error of this text at the places of another. */
export function placed(
  { nodes, source, positions }: GraphQLError,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions,
  });
}
