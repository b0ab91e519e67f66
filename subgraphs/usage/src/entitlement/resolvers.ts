import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { entitlement, type HeldOf } from './handlers.js';

/** Entitlements in GraphQL; nothing is decided here. */
export function entitlementResolvers(parts: { readonly db: Database; readonly heldOf: HeldOf }) {
  return {
    Query: {
      entitlement: (_, question, context) =>
        maySee(context, question.customerId) ? entitlement(parts, readScope(context), question) : null,
    },
  } satisfies Resolvers;
}
