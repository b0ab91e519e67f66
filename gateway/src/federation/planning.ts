import type { Schema } from '@apollo/federation-internals';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { OperationPlanner } from '../fast-path/fast-path.js';

/** The planner, with both schemas that it and its plans speak of. */
export interface Planning extends OperationPlanner {
  readonly api: Schema;
  readonly supergraph: GraphQLSchema;
}

/** Apollo's planner over a composed supergraph, made at the first operation: most starts never need it so early. */
export function planningOf(supergraphSdl: string): () => Planning {
  let planning: Planning | undefined;
  return () => (planning ??= load(supergraphSdl));
}

function load(supergraphSdl: string): Planning {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
  const planner = new QueryPlanner(supergraph);
  const api = supergraph.apiSchema();
  return {
    api,
    supergraph: supergraph.schema.toGraphQLJSSchema(),
    plan: (document, operationName) =>
      planner.buildQueryPlan(
        operationFromDocument(api, document, operationName === undefined ? {} : { operationName }),
      ),
  };
}
