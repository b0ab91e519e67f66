import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { quotedFor } from './loaders.js';
import { quotedView } from './view.js';

/** What quotes showed of their first invoices. */
export function quoteResolvers(db: Database) {
  return {
    Quote: {
      __resolveReference: ({ id }) => ({ id }),
      firstInvoice: async ({ id }, _args, context) => {
        const quoted = await quotedFor({ db, context }, id);
        return quoted && quotedView(quoted);
      },
    },
  } satisfies Resolvers;
}
