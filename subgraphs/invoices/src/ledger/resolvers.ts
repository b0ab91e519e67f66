import { parseCurrency } from '@tollgate/kernel/money/currency';
import { parseInstant } from '@tollgate/kernel/time/time';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { balancesAt } from './handlers.js';
import { LEDGER_ENTRIES, pageOfEntries } from './loaders.js';
import { accountStored, entryView, kindStored, ledgerView } from './view.js';

/** The ledger in GraphQL; nothing is decided here. */
export function ledgerResolvers(db: Database) {
  return {
    Query: {
      ledger: async (_, { currency, at }, context) => {
        const known = parseCurrency(currency) ?? 'USD';
        const asked = typeof at === 'string' ? parseInstant(at) : null;
        const { balances, at: when } = await balancesAt(db, backOfficeScope(context), {
          currency: known,
          at: asked,
        });
        return ledgerView(balances, known, when);
      },
      ledgerEntries: async (_, args, context) => {
        const page = pageOf(LEDGER_ENTRIES, args);
        const { account, kind } = args;
        const filter = {
          ...args,
          account: account ? accountStored(account) : null,
          kind: kind ? kindStored(kind) : null,
        };
        const rows = await pageOfEntries(db.reader(backOfficeScope(context)), filter, page);
        return connectionOf(rows.map(entryView), page);
      },
    },
  } satisfies Resolvers;
}
