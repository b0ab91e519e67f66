import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { processEnvironment, readTenancyConfig } from './config.js';
import { ResumeJob } from './tenant/provision.js';
import { createResolvers } from './resolvers.js';

/** Tenants, their customers, keys and settings. */
export const create: CreateSubgraph = async (platform, environment) => {
  const config = readTenancyConfig(environment);
  const { db, logger } = platform;
  return {
    name: 'tenancy',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: createResolvers({ db, logger, config }),
    consumers: [],
    jobs: [new ResumeJob({ db, logger, canProvision: config.canProvision })],
  };
};

await runService(import.meta.url, create, processEnvironment, readTenancyConfig);
