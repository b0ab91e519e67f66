import { Turns } from '@tollgate/runtime/base/turns';
import type { Resolvers } from '../generated/graphql.js';
import { estimatePrice } from './handlers.js';

/** A request may ask for many estimates, each of thousands of entries. */
const turns = new Turns();

/** What a price comes to. */
export const ratingResolvers = {
  Query: { estimatePrice: (_, { input }) => turns.run(() => estimatePrice(input)) },
} satisfies Resolvers;
