import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { updateTenantSettings } from './handlers/settings.js';
import { seen, TENANTS, tenantSeen, tenantsSeen } from './handlers/queries.js';

/** Translates between GraphQL and the handlers of tenants. */
export function tenantResolvers(parts: Parts) {
  const { db } = parts;
  return {
    Query: {
      tenant: (_, _args, context) => {
        const { tenant: id } = context.identity;
        return id === undefined ? null : tenantSeen({ db, context }, id);
      },
      tenants: async (_, args, context) => {
        const page = pageOf(TENANTS, args);
        return connectionOf(await tenantsSeen({ db, context }, page, args), page);
      },
    },
    Mutation: {
      updateTenantSettings: async (_, { input }, context) => {
        const answer = await updateTenantSettings(parts, context, input);
        return answer.__typename === 'TenantSettingsUpdated'
          ? { ...answer, tenant: await seen({ db, context }, answer.tenant) }
          : answer;
      },
    },
    Tenant: {
      __resolveReference: ({ id }, context) => {
        const { identity } = context;
        const anyTenant = identity.kind === 'staff' || identity.kind === 'system';
        return anyTenant || identity.tenant === id ? tenantSeen({ db, context }, id) : null;
      },
    },
  } satisfies Resolvers;
}
