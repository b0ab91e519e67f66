import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { merge } from './merge.js';
import { applies } from './response-shape.js';

type Fields = Record<string, unknown>;

/** What a fetch needs to know of an entity; null where the entity does not have it. */
export type Representation = (entity: unknown) => unknown;

/** Compiles the fields that a fetch requires of the entities it is asked about. */
export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  supergraph: GraphQLSchema,
): Representation {
  const parts = selections.map((selection) =>
    selection.kind === 'Field'
      ? ofField(selection.alias ?? selection.name, selection.selections, supergraph)
      : ofFragment(selection.typeCondition, selection.selections, supergraph),
  );
  return (entity) => {
    if (entity === null || entity === undefined) return null;
    const represented: Fields = {};
    for (const part of parts) if (!part(entity as Fields, represented)) return null;
    return represented;
  };
}

/** Adds its part of the representation; false where the entity lacks it. */
type Part = (entity: Fields, into: Fields) => boolean;

function ofField(
  name: string,
  selections: readonly QueryPlanSelectionNode[] | undefined,
  supergraph: GraphQLSchema,
): Part {
  const inner = selections === undefined ? undefined : compileRepresentation(selections, supergraph);
  return (entity, into) => {
    const value = entity[name];
    if (value === undefined) return false;
    if (Array.isArray(value)) into[name] = inner === undefined ? value : value.map(inner);
    else into[name] = inner === undefined ? value : inner(value);
    return true;
  };
}

function ofFragment(
  condition: string | undefined,
  selections: readonly QueryPlanSelectionNode[],
  supergraph: GraphQLSchema,
): Part {
  const inner = compileRepresentation(selections, supergraph);
  return (entity, into) => {
    const typename = entity['__typename'];
    if (condition === undefined || typeof typename !== 'string') return true;
    if (applies(condition, typename, supergraph)) merge(into, inner(entity));
    return true;
  };
}
