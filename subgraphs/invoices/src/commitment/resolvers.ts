import { maySee } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { moneyView } from '../rating/view.js';
import { commitmentLoader } from './loaders.js';

/** What invoices drew of what was paid in advance. */
export function commitmentResolvers(db: Database) {
  return {
    ContractCommitment: {
      __resolveReference: async ({ id }, context) => {
        const found = await commitmentLoader(db, context).load(id);
        // One that was made a moment ago is on its way, and nothing is drawn of it yet.
        if (found === null || !maySee(context, found.customerId)) return { id, drawn: null, remaining: null };
        const { currency, amountMinor, drawnMinor } = found;
        return {
          id,
          drawn: moneyView(drawnMinor, currency),
          remaining: moneyView(amountMinor - drawnMinor, currency),
        };
      },
    },
  } satisfies Resolvers;
}
