import { isId } from '@tollgate/kernel/id';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import { moneyView } from '../rating/view.js';
import type { Resolvers } from '../generated/graphql.js';
import { pageOfRefunds, REFUND_LIST, refundById } from './handlers/find.js';
import { previewBalanceRefund, refundBalance } from './handlers/pay-out.js';
import { partsView, refundView } from './view.js';

/** Payouts of credit in GraphQL; nothing is decided here. */
export function refundResolvers(db: Database) {
  return {
    Query: {
      balanceRefund: (_, { id }, context) => shown(db, context, id),
      balanceRefunds: async (_, args, context) => {
        const page = pageOf(REFUND_LIST, args);
        const rows = await pageOfRefunds(db.reader(backOfficeScope(context)), args, page);
        return connectionOf(rows.map(refundView), page);
      },
      previewBalanceRefund: async (_, { input }, context) => {
        backOfficeScope(context);
        const outcome = await previewBalanceRefund({ db, context }, input);
        if (outcome.__typename !== 'BalanceRefundPreview') return outcome;
        const { __typename, asked, parts } = outcome;
        const { currency, amountMinor } = asked;
        return { __typename, amount: moneyView(amountMinor, currency), parts: partsView(parts, currency) };
      },
    },
    Mutation: {
      refundBalance: async (_, { input }, context) => {
        const outcome = await refundBalance({ db, context }, input);
        if (outcome.__typename !== 'BalanceRefunded') return outcome;
        const refund = await shown(db, context, outcome.refundId);
        if (refund === null) throw new Error(`payout ${outcome.refundId} cannot be read`);
        return { __typename: outcome.__typename, refund };
      },
    },
  } satisfies Resolvers;
}

async function shown(db: Database, context: RequestContext, id: string) {
  const scope = backOfficeScope(context);
  const stored = isId('rfd', id) ? await refundById(db.reader(scope), id) : null;
  return stored === null ? null : refundView(stored);
}
