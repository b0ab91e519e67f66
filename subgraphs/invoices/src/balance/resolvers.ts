import { parseCurrency } from '@tollgate/kernel/money/currency';
import { maySee } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { moneyView } from '../rating/view.js';
import { balanceLoader } from './loaders.js';

/** What customers have to their credit. */
export function balanceResolvers(db: Database) {
  return {
    Customer: {
      creditBalance: async ({ id }, { currency }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const all = maySee(context, id) ? await balanceLoader(db, context).load(id) : [];
        return moneyView(all.find((one) => one.currency === known)?.amountMinor ?? 0n, known);
      },
    },
  } satisfies Resolvers;
}
