import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { entitlement } from './handlers.js';

/** Entitlements in GraphQL; nothing is decided here. */
export function entitlementResolvers(db: Database) {
  return {
    Query: {
      entitlement: (_, question, context) =>
        maySee(context, question.customerId) ? entitlement(db, readScope(context), question) : null,
    },
  } satisfies Resolvers;
}
