import { parseCurrency } from '@tollgate/kernel/money/currency';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { reportOn } from './handlers.js';
import { reportView } from './view.js';

/** Reports in GraphQL; nothing is decided here. */
export function reportResolvers(db: Database) {
  return {
    Query: {
      revenueReport: async (_, { from, to, currency }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const scope = backOfficeScope(context);
        return reportView(await reportOn(db, scope, { from, to, currency: known }), known);
      },
    },
  } satisfies Resolvers;
}
