import { ApolloGateway } from '@apollo/gateway';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import type { Endpoints } from '../fast-path/fetch.js';
import { endpointOf } from '../fast-path/fetch.js';
import { apolloLogger } from './apollo-logger.js';
import { dataSourceOf, dataSourcesOf } from './data-source.js';
import type { SourceEvent, SubscriptionPlan } from './event-plan.js';
import { completeEvent, planSubscription } from './event-plan.js';
import type { Planning } from './planning.js';
import { planningOf } from './planning.js';

/** The supergraph, and what answers operations on it. */
export interface Federation {
  /** For Apollo Server: plans and runs queries and mutations. */
  readonly gateway: GatewayInterface;
  readonly schema: GraphQLSchema;
  /** For the fast path, which plans by itself. */
  readonly planning: () => Planning;
  /** Throws a GraphQLError where the operation cannot be planned. */
  planSubscription(document: DocumentNode, operationName: string | undefined): SubscriptionPlan;
  /** One event of the primary fetch, completed with the other subgraphs' fields. */
  completeEvent(plan: SubscriptionPlan, source: SourceEvent): Promise<SubgraphResponse>;
}

/** Loads the supergraph; every fetch goes through the endpoints and nowhere else. */
export async function createFederation(
  supergraphSdl: string,
  endpoints: Endpoints,
  logger: Logger,
): Promise<Federation> {
  const quiet = apolloLogger(logger);
  const apollo = new ApolloGateway({
    supergraphSdl,
    logger: quiet,
    __exposeQueryPlanExperimental: false,
    buildService: ({ name }) => dataSourceOf(endpointOf(endpoints, name)),
  });
  let composed = supergraphSdl;
  apollo.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
    composed = coreSupergraphSdl;
  });
  const { schema, executor } = await apollo.load();
  const planning = planningOf(composed);
  const parts = { planning, schema, endpoints, sources: dataSourcesOf(endpoints), logger: quiet };
  return {
    gateway: {
      load: () => Promise.resolve({ executor }),
      onSchemaLoadOrUpdate: (listener) => {
        listener({ apiSchema: schema, coreSupergraphSdl: composed });
        return () => undefined;
      },
      stop: () => apollo.stop(),
    },
    schema,
    planning,
    planSubscription: (document, operationName) => planSubscription(parts, document, operationName),
    completeEvent: (plan, source) => completeEvent(parts, plan, source),
  };
}
