import type { Schema } from '@apollo/federation-internals';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';

/** A composed supergraph, as those need it who run its plans. */
export interface Graph {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** The same in Apollo's own terms. */
  readonly api: Schema;
  /** What plans speak of. */
  readonly supergraph: GraphQLSchema;
  /** Throws a GraphQLError where the operation cannot be planned. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
}

/** Reads a composed supergraph. Its planner is made at the first operation: most starts never need it so early. */
export function graphOf(supergraphSdl: string): Graph {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
  const api = supergraph.apiSchema();
  let planner: QueryPlanner | undefined;
  return {
    api,
    schema: api.toGraphQLJSSchema(),
    supergraph: supergraph.schema.toGraphQLJSSchema(),
    plan: (document, operationName) => {
      planner ??= new QueryPlanner(supergraph);
      const named = operationName === undefined ? {} : { operationName };
      return planner.buildQueryPlan(operationFromDocument(api, document, named));
    },
  };
}
