import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { AUDIT_TRAIL, auditTrail } from './handlers.js';
import { auditView } from './view.js';

/** Translates between GraphQL and the audit trail. */
export function auditResolvers({ db }: Pick<Parts, 'db'>) {
  return {
    Query: {
      auditTrail: async (_, args, context) => {
        const page = pageOf(AUDIT_TRAIL, args);
        return connectionOf((await auditTrail({ db, context }, page, args)).map(auditView), page);
      },
    },
  } satisfies Resolvers;
}
