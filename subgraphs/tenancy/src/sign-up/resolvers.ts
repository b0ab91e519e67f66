import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { seen } from '../tenant/handlers/queries.js';
import { createTenant } from './handlers.js';

/** Translates between GraphQL and the handlers of sign-up. */
export function signUpResolvers(parts: Parts) {
  const { db } = parts;
  return {
    Mutation: {
      createTenant: async (_, { input }, context) => {
        const answer = await createTenant(parts, context, input);
        return answer.__typename === 'TenantCreated'
          ? { ...answer, tenant: await seen({ db, context }, answer.tenant) }
          : answer;
      },
    },
  } satisfies Resolvers;
}
