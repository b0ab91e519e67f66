import { isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { RequestContext } from './context.js';

/** What the gateway knows of an entity. */
interface Reference {
  readonly __typename: string;
}

type ResolveReference = (reference: Reference, context: RequestContext) => unknown;

/**
 * Answers `_entities` as `@apollo/subgraph` does, but without a promise for each entity that is there at once, and without
 * looking at the operation. Entities here are object types.
 */
export function resolveEntitiesOf(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  if (field === undefined) return;
  field.resolve = (
    _source,
    { representations }: { readonly representations: readonly Reference[] },
    context: RequestContext,
  ) =>
    representations.map((reference) => {
      const { __typename: name } = reference;
      try {
        const found = resolverOf(schema.getType(name), name)(reference, context);
        return found instanceof Promise ? found.then((one: unknown) => typed(one, name)) : typed(found, name);
      } catch (error) {
        // Thrown on, it would leave those that are under way to fail with nobody waiting for them.
        return error instanceof Error ? error : new Error(String(error));
      }
    });
}

function resolverOf(type: ReturnType<GraphQLSchema['getType']>, name: string): ResolveReference {
  if (!isObjectType(type)) throw new Error(`The schema has no entity of the type "${name}".`);
  return declaredResolver(type) ?? ((reference) => reference);
}

/** Where `buildSubgraphSchema` puts a type's `__resolveReference`. */
function declaredResolver({ extensions }: GraphQLObjectType): ResolveReference | undefined {
  const { subgraph } = (extensions['apollo'] ?? {}) as {
    readonly subgraph?: { readonly resolveReference?: ResolveReference };
  };
  return subgraph?.resolveReference;
}

/** The object with the name of its type, by which it is told apart from other entities. */
function typed(found: unknown, name: string): unknown {
  if (typeof found !== 'object' || found === null) return found;
  const object = found as { __typename?: string };
  if (object.__typename === name) return object;
  if (object.__typename !== undefined) return { ...object, __typename: name };
  object.__typename = name;
  return object;
}
