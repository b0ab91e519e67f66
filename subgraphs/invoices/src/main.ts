import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment } from './config.js';
import { billingConsumer, liveConsumer } from './consumers.js';
import { finaliseDue } from './invoice/handlers.js';
import { createResolvers } from './resolvers.js';

/** Invoices: rating, drafts, tax, numbers, and what became of them. */
export const create: CreateSubgraph = async ({ db, live }) => ({
  name: 'invoices',
  typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
  resolvers: createResolvers({ db, live }),
  consumers: [billingConsumer(), liveConsumer(live)],
  timers: { finalise: finaliseDue },
});

await runService(import.meta.url, create, environment);
