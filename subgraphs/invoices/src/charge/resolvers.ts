import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { createCharge } from './handlers.js';

/** Charges in GraphQL; nothing is decided here. */
export function chargeResolvers(db: Database) {
  return {
    Mutation: { createCharge: (_, { input }, context) => createCharge({ db, context }, input) },
  } satisfies Resolvers;
}
