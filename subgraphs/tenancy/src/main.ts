import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { apiKeyResolvers } from './api-key/resolvers.js';
import { auditResolvers } from './audit/resolvers.js';
import { processEnvironment, readTenancyConfig } from './config.js';
import { customers } from './customer/aggregate.js';
import { customerResolvers } from './customer/resolvers.js';
import { VatIdChecker } from './customer/worker.js';
import { portalTokenResolvers } from './portal-token/resolvers.js';
import { signUpResolvers } from './sign-up/resolvers.js';
import { ResumeJob } from './tenant/handlers/provision.js';
import { tenantResolvers } from './tenant/resolvers.js';
import { testClockResolvers } from './test-clock/resolvers.js';
import { NO_REGISTER, type VatRegister } from './customer/vat-register.js';
import { viesRegister } from './customer/vies.js';
import { timelineResolvers } from './timeline/resolvers.js';

/** Tenants, their customers, keys and settings. */
export const create: CreateSubgraph = async (platform, environment) => {
  const config = readTenancyConfig(environment);
  const { db, live, logger } = platform;
  const parts = { db, logger, config };
  const [tenant, customer, apiKey] = [
    tenantResolvers(parts),
    customerResolvers(parts),
    apiKeyResolvers(parts),
  ];
  const [audit, token, clock] = [
    auditResolvers(parts),
    portalTokenResolvers(parts),
    testClockResolvers({ db, live }),
  ];
  return {
    name: 'tenancy',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: {
      Query: { ...tenant.Query, ...customer.Query, ...apiKey.Query, ...audit.Query, ...clock.Query },
      Mutation: {
        ...signUpResolvers(parts).Mutation,
        ...tenant.Mutation,
        ...customer.Mutation,
        ...apiKey.Mutation,
        ...token.Mutation,
        ...clock.Mutation,
      },
      Subscription: clock.Subscription,
      Tenant: tenant.Tenant,
      Customer: customer.Customer,
      ...timelineResolvers(db),
    },
    consumers: [],
    aggregates: [customers],
    jobs: [
      new ResumeJob({ db: db.workers, logger, canProvision: config.canProvision }),
      new VatIdChecker({ db: db.workers, logger, register: registerAt(config.viesBase) }),
    ],
  };
};

function registerAt(base: string | null): VatRegister {
  return base === null ? NO_REGISTER : viesRegister(base);
}

await runService(import.meta.url, {
  create,
  environment: processEnvironment,
  readOwn: readTenancyConfig,
});
