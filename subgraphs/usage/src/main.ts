import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment } from './config.js';
import { createConsumer } from './period/consumers.js';
import { Catalogue } from './meter/cache.js';
import { createHandlers } from './total/handlers.js';
import { Ingest } from './event/ingest.js';
import { LiveUsage } from './live/live.js';
import { LiveSweep } from './live/sweep.js';
import { createResolvers } from './total/resolvers.js';

/** The usage subgraph on a platform: meters, reported events, totals. */
export const create: CreateSubgraph = async (platform) => {
  const { db, logger } = platform;
  const catalogue = new Catalogue(db);
  const live = new LiveUsage(db, platform.live, logger);
  const ingest = new Ingest(db, catalogue);
  return {
    name: 'usage',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: createResolvers(createHandlers({ db, catalogue, ingest, live })),
    consumers: [createConsumer(live)],
    jobs: [new LiveSweep(db, live, logger)],
  };
};

await runService(import.meta.url, create, environment);
