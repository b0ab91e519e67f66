import { assert } from '@tollgate/kernel/assert';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Resolvers } from '../generated/graphql.js';
import { grantById, grantEntitlement, pageOfGrants, revokeEntitlementGrant } from './handlers.js';
import { grantView } from './view.js';

/** Grants of entitlements in GraphQL; nothing is decided here. */
export function grantResolvers(db: Database) {
  const shown = async (caller: Caller, id: string) => {
    const grant = await grantById(caller, id);
    assert(grant !== null, 'what was granted exists');
    return grantView(grant);
  };
  return {
    Query: {
      entitlementGrants: (_, args, context) => pageOfGrants({ db, context }, args),
      entitlementGrant: async (_, { id }, context) => {
        backOfficeScope(context);
        const grant = await grantById({ db, context }, id);
        return grant === null ? null : grantView(grant);
      },
    },
    Mutation: {
      grantEntitlement: async (_, { input }, context) => {
        const answer = await grantEntitlement({ db, context }, input);
        if (answer.__typename !== 'EntitlementGranted') return answer;
        return { ...answer, grant: await shown({ db, context }, answer.grantId) };
      },
      revokeEntitlementGrant: async (_, { input }, context) => {
        const answer = await revokeEntitlementGrant({ db, context }, input);
        if (answer.__typename !== 'EntitlementGrantRevoked') return answer;
        return { ...answer, grant: await shown({ db, context }, answer.grantId) };
      },
    },
  } satisfies Resolvers;
}
