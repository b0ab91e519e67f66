import {
  isNonNullType,
  locatedError,
  type FieldNode,
  type GraphQLError,
  type GraphQLOutputType,
} from 'graphql';

/** What one execution knows and notes. */
export interface Run {
  readonly contextValue: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: GraphQLError[];
}

/** Where a value stands: made for objects and lists only, so that what has neither costs nothing. */
export interface Path {
  readonly before: Path | undefined;
  readonly key: string | number;
}

/** One execution, at one place of the answer. */
export interface Place {
  readonly run: Run;
  readonly path: Path | undefined;
}

function pathOf(key: string | number, path: Path | undefined): (string | number)[] {
  const keys = [key];
  for (let one = path; one !== undefined; one = one.before) keys.push(one.key);
  return keys.reverse();
}

/** What an error leaves: null and a line in the answer, or itself where nothing may be null. */
export function catcherOf(type: GraphQLOutputType, nodes: readonly FieldNode[]) {
  const isRequired = isNonNullType(type);
  return (error: unknown, { run, path }: Place, key: string | number): null => {
    const located = locatedError(error, nodes, pathOf(key, path));
    if (isRequired) throw located;
    run.errors.push(located);
    return null;
  };
}

/**
 * An error that leaves nothing, once everything beside it has ended: what is still under way may fail too, and a failure
 * that nobody waits for ends the process.
 */
export function afterwards(pending: readonly Promise<unknown>[], error: unknown): Promise<never> {
  if (pending.length === 0) throw error;
  return Promise.allSettled(pending).then(() => {
    throw error;
  });
}
