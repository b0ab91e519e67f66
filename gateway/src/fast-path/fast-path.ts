import type { OperationContext } from '../federation/apollo-server.js';
import type { Federation, PlainPath } from '../federation/federation.js';
import type { Measure } from '../operation/limits.js';
import type { Operation } from '../operation/operations.js';

/** Answers a valid query or mutation without Apollo Server's pipeline; null where that must run. */
export type Plain = (
  operation: Operation,
  context: OperationContext,
) => Promise<Record<string, unknown> | null>;

/**
 * Most operations are plain: valid, no directives, every subgraph answers, nothing is null that must not be. For them
 * the plan runs here and the answer is shaped by functions compiled once. Everything else goes on through Apollo.
 */
export function createPlain(federation: Pick<Federation, 'preparePlain'>): Plain {
  const paths = new WeakMap<Measure, PlainPath | null>();
  const pathOf = (operation: Operation, measure: Measure): PlainPath | null => {
    const known = paths.get(measure);
    if (known !== undefined) return known;
    const path = attempt(() =>
      federation.preparePlain({ document: operation.document, operation: measure.operation }),
    );
    paths.set(measure, path);
    return path;
  };
  return async (operation, context) => {
    if (operation.measure === undefined || operation.faults.length > 0) return null;
    const path = pathOf(operation, operation.measure);
    return path === null ? null : await path(operation.variables, context);
  };
}

/** What cannot be planned is refused by the general path, with its reasons. */
function attempt(prepare: () => PlainPath | null): PlainPath | null {
  try {
    return prepare();
  } catch {
    return null;
  }
}
