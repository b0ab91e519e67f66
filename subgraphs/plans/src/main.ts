import { readFileSync } from 'node:fs';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment } from './config.js';
import { consumers } from './consumers.js';
import { timers } from './subscription/handlers.js';
import { createResolvers } from './resolvers.js';

const SCHEMA_URL = new URL('../schema.graphql', import.meta.url);

/** The catalogue and the subscriptions to it. */
export const create: CreateSubgraph = async ({ db }) => ({
  name: 'plans',
  typeDefs: readFileSync(SCHEMA_URL, 'utf8'),
  resolvers: createResolvers(db),
  consumers,
  timers,
});

await runService(import.meta.url, create, environment);
