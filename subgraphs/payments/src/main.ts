import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { Collector } from './payment/worker.js';
import { environment, readConfig } from './config.js';
import { consumers } from './consumers.js';
import { createProviders } from './providers/providers.js';
import { createResolvers } from './resolvers.js';
import { webhookRoute, WebhookReader } from './webhook/routes.js';

export const create: CreateSubgraph = async (platform, from) => {
  const { db, logger } = platform;
  const parts = { db, logger, providers: createProviders(readConfig(from)) };
  return {
    name: 'payments',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: createResolvers(db),
    consumers,
    routes: {
      '/webhooks/stripe': webhookRoute(parts, 'stripe'),
      '/webhooks/paypal': webhookRoute(parts, 'paypal'),
    },
    jobs: [new Collector(parts), new WebhookReader(parts)],
  };
};

await runService(import.meta.url, create, environment, readConfig);
