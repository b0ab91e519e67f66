import type { Resolvers } from '../generated/graphql.js';
import { estimatePrice } from './handlers.js';

/** What a price comes to. */
export const ratingResolvers = {
  Query: { estimatePrice: (_, { input }) => estimatePrice(input) },
} satisfies Resolvers;
