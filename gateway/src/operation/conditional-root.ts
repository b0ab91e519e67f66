import type { DocumentNode, SelectionSetNode } from 'graphql';
import { GraphQLError, Kind } from 'graphql';
import { fragmentsOf } from './limits.js';

/**
 * A subscription is about one field whatever its variables say, so GraphQL forbids conditions at its root. The validation of
 * graphql-js does not say so: it throws. Throws GRAPHQL_VALIDATION_FAILED.
 */
export function rejectConditionalRoots(document: DocumentNode): void {
  const fragments = fragmentsOf(document);
  const seen = new Set<SelectionSetNode>();
  const visit = (set: SelectionSetNode | undefined): void => {
    if (set === undefined || seen.has(set)) return;
    seen.add(set);
    for (const selection of set.selections) {
      const condition = selection.directives?.find(({ name }) => CONDITIONS.has(name.value));
      if (condition !== undefined) {
        const message = `The directive "@${condition.name.value}" cannot be used at the root of a subscription.`;
        throw new GraphQLError(message, {
          nodes: condition,
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        });
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD)
        visit(fragments.get(selection.name.value)?.selectionSet);
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'subscription') {
      visit(definition.selectionSet);
    }
  }
}

const CONDITIONS = new Set(['include', 'skip']);
