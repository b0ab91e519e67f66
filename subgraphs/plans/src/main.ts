import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment } from './config.js';
import { consumers } from './consumers.js';
import { timers } from './subscription/handlers.js';
import { createResolvers } from './resolvers.js';

/** The catalogue and the subscriptions to it. */
export const create: CreateSubgraph = async ({ db }) => ({
  name: 'plans',
  typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
  resolvers: createResolvers(db),
  consumers,
  timers,
});

await runService(import.meta.url, create, environment);
