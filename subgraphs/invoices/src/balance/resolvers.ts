import { parseCurrency } from '@tollgate/kernel/money/currency';
import { maySee } from '@tollgate/runtime/command/access';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { moneyView } from '../rating/view.js';
import { balanceLoader, CREDIT_MOVEMENTS, movementLoader } from './loaders.js';
import { movementView } from './view.js';

/** What customers have to their credit. */
export function balanceResolvers(db: Database) {
  return {
    Customer: {
      creditBalance: async ({ id }, { currency }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const all = maySee(context, id) ? await balanceLoader(db, context).load(id) : [];
        return moneyView(all.find((one) => one.currency === known)?.amountMinor ?? 0n, known);
      },
      creditMovements: async ({ id }, { currency, ...args }, context) => {
        const page = pageOf(CREDIT_MOVEMENTS, args);
        const known = parseCurrency(currency) ?? 'USD';
        const rows = maySee(context, id) ? await movementLoader({ db, context }, page, known).load(id) : [];
        return connectionOf(
          rows.map((row) => movementView(row, known)),
          page,
        );
      },
    },
  } satisfies Resolvers;
}
