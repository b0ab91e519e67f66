import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import type { Endpoints } from '../fast-path/fetch.js';
import { apolloLogger } from './apollo-logger.js';
import { dataSourcesOf } from './data-source.js';
import type { SourceEvent, SubscriptionPlan } from './event-plan.js';
import { completeEvent, planSubscription } from './event-plan.js';
import { executorOf } from './executor.js';
import { Aside } from '../planning/aside.js';
import type { Graph } from '../planning/graph.js';
import { graphOf } from '../planning/graph.js';
import type { Plannable } from '../planning/plans.js';
import type { PlanningQueue } from '../planning/queue.js';
import { Plans } from '../planning/plans.js';

/** The supergraph, and what answers operations on it. */
export interface Federation {
  /** For Apollo Server: plans and runs queries and mutations. */
  readonly gateway: GatewayInterface;
  readonly graph: Graph;
  /** For the fast path, which follows the same plans by itself. */
  readonly plans: Plans;
  /** Rejects with a GraphQLError where the operation cannot be planned. */
  planSubscription(plannable: Plannable): Promise<SubscriptionPlan>;
  /** One event of the primary fetch, completed with the other subgraphs' fields. */
  completeEvent(plan: SubscriptionPlan, source: SourceEvent): Promise<SubgraphResponse>;
}

export interface FederationParts {
  readonly supergraphSdl: string;
  /** In which callers have their operations planned. */
  readonly queue: PlanningQueue;
  readonly endpoints: Endpoints;
  readonly logger: Logger;
}

/** Loads the supergraph; every fetch goes through the endpoints and nowhere else. */
export function createFederation({ supergraphSdl, endpoints, logger, queue }: FederationParts): Federation {
  const graph = graphOf(supergraphSdl);
  const aside = new Aside(supergraphSdl);
  const plans = new Plans({ graph, queue, aside });
  const sources = dataSourcesOf(endpoints);
  const parts = { graph, plans, endpoints, sources, logger: apolloLogger(logger) };
  const executor = executorOf(parts);
  return {
    gateway: {
      load: () => Promise.resolve({ executor }),
      onSchemaLoadOrUpdate: (listener) => {
        listener({ apiSchema: graph.schema, coreSupergraphSdl: supergraphSdl });
        return () => undefined;
      },
      stop: () => aside.close(),
    },
    graph,
    plans,
    planSubscription: (plannable) => planSubscription(parts, plannable),
    completeEvent: (plan, source) => completeEvent(parts, plan, source),
  };
}
