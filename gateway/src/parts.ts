import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { connectRedis } from '@tollgate/runtime/live/redis';
import type { Registry } from 'prom-client';
import { rejection } from './base/errors.js';
import { createGatewayMetrics } from './base/metrics.js';
import { ConcurrencyLimit } from './caller/concurrency-limit.js';
import { createAuthenticator, failureLimit } from './caller/identity.js';
import { CallerBudget } from './caller/budget.js';
import type { GatewayConfig } from './config.js';
import { createFastPath } from './fast-path/fast-path.js';
import { createGeneralPath } from './federation/apollo-server.js';
import { createFederation } from './federation/federation.js';
import { plannedNamesOf } from './operation/aliases.js';
import { costModelOf } from './operation/cost-model.js';
import { createCors } from './http/cors.js';
import { Operations } from './operation/operations.js';
import { SchemaViews } from './operation/schema-views.js';
import { PlanningQueue } from './planning/queue.js';
import type { SocketParts } from './socket/operation.js';
import { Subscriptions } from './subscriptions/subscriptions.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly supergraphSdl: string;
  /** Every subgraph of the supergraph by name, in this process or over HTTP. */
  readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  readonly logger: Logger;
  /** The process's prom-client registry; one of its own when none is given. */
  readonly metrics?: { readonly registry: Registry };
}

/** What answers requests and sockets, and how to end it. */
export interface GatewayParts extends SocketParts {
  close(): Promise<void>;
}

/** Puts the parts of a gateway together. */
export async function createParts(options: GatewayOptions): Promise<GatewayParts> {
  const { config, endpoints, logger } = options;
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl, logger);
  const { supergraphSdl } = options;
  const budget = new CallerBudget({ name: 'cost', perSecond: config.callerCostPerSecond, redis });
  const queue = new PlanningQueue();
  const federation = createFederation({ supergraphSdl, endpoints, logger, queue });
  const { graph, plans } = federation;
  const { schema } = graph;
  const operations = new Operations({
    schema,
    costs: costModelOf(supergraphSdl),
    planned: plannedNamesOf(supergraphSdl),
    queue,
    rules: config,
  });
  const generalPath = await createGeneralPath(federation, operations, logger);
  return {
    schema,
    operations,
    views: new SchemaViews(schema, config.introspection),
    generalPath,
    logger,
    metrics: createGatewayMetrics(options.metrics?.registry),
    fastPath: createFastPath({ graph, plans, endpoints }),
    authenticator: createAuthenticator({
      config,
      tenancy: tenancyOf(endpoints),
      failures: failureLimit(redis),
    }),
    budget,
    trustedProxies: config.trustedProxies,
    cors: createCors(config.cors),
    concurrency: new ConcurrencyLimit(config.callerConcurrencyMax, () =>
      rejection('RATE_LIMITED', 'Too many requests at once'),
    ),
    subscriptions: new Subscriptions({ federation, endpoints, budget, logger }),
    subscriptionsOfCaller: new ConcurrencyLimit(config.subscriptionsPerCallerMax, () =>
      rejection('TOO_MANY_SUBSCRIPTIONS', 'This caller has as many subscriptions as one may have'),
    ),
    subscriptionsPerSocketMax: config.subscriptionsPerSocketMax,
    socketStallMs: config.socketStallMs,
    close: async () => {
      await generalPath.stop();
      redis?.disconnect();
    },
  };
}

function tenancyOf(endpoints: ReadonlyMap<string, SubgraphEndpoint>): SubgraphEndpoint {
  const tenancy = endpoints.get('tenancy');
  if (tenancy === undefined)
    throw new Error('The gateway cannot identify callers without the tenancy subgraph');
  return tenancy;
}
