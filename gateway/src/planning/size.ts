import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind } from 'graphql';

/** How many fields an operation of a valid document selects, fragments counted wherever they are used. */
export function fieldsOf(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  const known = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const set = fragments.get(name);
    const count = known.get(name) ?? (set === undefined ? 0 : ofSet(set));
    known.set(name, count);
    return count;
  };
  const ofSet = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + ofFragment(selection.name.value);
      const own = selection.kind === Kind.FIELD ? 1 : 0;
      return sum + own + (selection.selectionSet === undefined ? 0 : ofSet(selection.selectionSet));
    }, 0);
  return ofSet(operation.selectionSet);
}
