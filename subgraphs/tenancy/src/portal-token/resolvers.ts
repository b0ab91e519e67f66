import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { issuePortalToken } from './handlers.js';

/** Translates between GraphQL and the handler of portal tokens. */
export function portalTokenResolvers(parts: Parts) {
  return {
    Mutation: {
      issuePortalToken: (_, { input }, context) => issuePortalToken(parts, context, input),
    },
  } satisfies Resolvers;
}
