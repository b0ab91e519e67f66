import type { GraphQLDataSource, ServiceMap } from '@apollo/gateway';
import type { FetchNode } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { codeOf, rejection } from '../base/errors.js';
import type { Endpoints, FetchContext } from '../fast-path/fetch.js';

/** A subgraph as Apollo fetches from it: what the fast path already asked for is not asked again. */
export function dataSourceOf(endpoint: SubgraphEndpoint): GraphQLDataSource {
  return {
    process: async ({ request, context }) => {
      const { query = '', variables, operationName } = request;
      try {
        const { headers, memo } = context as FetchContext;
        const known = memo?.find(endpoint.name, query, variables);
        const answer = known ?? endpoint.execute({ query, variables, operationName, headers: headers() });
        return (await answer) as never;
      } catch (error) {
        throw codeOf(error) === undefined ? crash(endpoint.name, error) : error;
      }
    },
  };
}

/** All subgraphs as Apollo fetches from them. */
export function dataSourcesOf(endpoints: Endpoints): ServiceMap {
  return Object.fromEntries([...endpoints].map(([name, endpoint]) => [name, dataSourceOf(endpoint)]));
}

/** The sources, where the primary fetch finds the event that already came. */
export function answeredBy(event: SubgraphResponse, primary: FetchNode, sources: ServiceMap): ServiceMap {
  const owner = sources[primary.serviceName];
  const source: GraphQLDataSource = {
    process: (options) => {
      if (options.request.query === primary.operation) return Promise.resolve(event as never);
      if (owner === undefined) throw rejection('SUBGRAPH_UNAVAILABLE', `No subgraph ${primary.serviceName}`);
      return owner.process(options);
    },
  };
  return { ...sources, [primary.serviceName]: source };
}

function crash(name: string, cause: unknown): GraphQLError {
  const originalError = cause instanceof Error ? cause : new Error(String(cause));
  return new GraphQLError(`The subgraph ${name} failed`, { originalError, extensions: { code: 'INTERNAL' } });
}
