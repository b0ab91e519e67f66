import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { processEnvironment, readTenancyConfig } from './config.js';
import { ResumeJob } from './tenant/provision.js';
import { createResolvers } from './resolvers.js';
import { testClockResolvers } from './test-clock/resolvers.js';

/** Tenants, their customers, keys and settings. */
export const create: CreateSubgraph = async (platform, environment) => {
  const config = readTenancyConfig(environment);
  const { db, live, logger } = platform;
  const resolvers = createResolvers({ db, logger, config });
  const clock = testClockResolvers({ db, live });
  return {
    name: 'tenancy',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: {
      ...resolvers,
      Query: { ...resolvers.Query, ...clock.Query },
      Mutation: { ...resolvers.Mutation, ...clock.Mutation },
      Subscription: clock.Subscription,
    },
    consumers: [],
    jobs: [new ResumeJob({ db, logger, canProvision: config.canProvision })],
  };
};

await runService(import.meta.url, create, processEnvironment, readTenancyConfig);
