import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { FetchMemo } from './fetch-memo.js';
import type { Fetcher } from './plan-executor.js';

/** What every fetch of one request carries to the subgraphs: the signed identity and the trace. */
export interface FetchContext {
  /** Where answers are noted for the general path; absent where nothing outlives the fetch. */
  readonly memo?: FetchMemo;
  /** A function, because a subscription outlives one signature. */
  readonly headers: () => Readonly<Record<string, string>>;
}

export type Endpoints = ReadonlyMap<string, SubgraphEndpoint>;

/** Fetches through the endpoints and notes the answers, for the general path should it have to take over. */
export function fetcherOf(endpoints: Endpoints, context: FetchContext): Fetcher {
  return async ({ serviceName, operation, operationName }, variables, repeated) => {
    const request = { query: operation, variables, operationName, headers: context.headers() };
    const answer = endpointOf(endpoints, serviceName).execute(request);
    if (!repeated) context.memo?.note({ service: serviceName, query: operation, variables, answer });
    try {
      return await answer;
    } catch {
      // The general path meets the same failure, in the memo or anew, and reports it as Apollo does.
      return null;
    }
  };
}

/** The endpoint of a subgraph; the supergraph names none that is not there. */
export function endpointOf(endpoints: Endpoints, name: string): SubgraphEndpoint {
  const endpoint = endpoints.get(name);
  if (endpoint === undefined) throw new Error(`The supergraph names a subgraph without an endpoint: ${name}`);
  return endpoint;
}
