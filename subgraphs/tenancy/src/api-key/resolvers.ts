import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { apiKeys, createApiKey, identifyApiKeys, revokeApiKey } from './handlers.js';

/** Translates between GraphQL and the handlers of API keys. */
export function apiKeyResolvers(parts: Parts) {
  return {
    Query: {
      apiKeys: (_, args, context) => apiKeys(parts, context, args),
      // Gateways of an earlier release ask key by key; subgraphs are replaced before them.
      identifyApiKey: async (_, { hash }, context) =>
        (await identifyApiKeys(parts, context, [hash]))[0] ?? null,
      identifyApiKeys: (_, { hashes }, context) => identifyApiKeys(parts, context, hashes),
    },
    Mutation: {
      createApiKey: (_, { input }, context) => createApiKey(parts, context, input),
      revokeApiKey: (_, { input }, context) => revokeApiKey(parts, context, input),
    },
  } satisfies Resolvers;
}
