import DataLoader from 'dataloader';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { currentSpend, type SubscriptionSpend } from './handlers.js';
import { spendView } from './view.js';

const SPEND_LOADER = Symbol('spend by customer');

/** What usage comes to in GraphQL; nothing is decided here. */
export function spendResolvers(db: Database) {
  const spendOf = async (context: RequestContext, customerId: string) => {
    if (!maySee(context, customerId)) return [];
    return (await spendLoader(db, context).load(customerId)).map(spendView);
  };
  return {
    Query: {
      currentSpend: (_, { customerId }, context) => spendOf(context, customerId),
    },
    LiveTotals: {
      spend: ({ customer }, _, context) => (customer === undefined ? [] : spendOf(context, customer.id)),
    },
  } satisfies Resolvers;
}

/** One reading for all customers of a request. */
function spendLoader(db: Database, context: RequestContext) {
  return context.once(SPEND_LOADER, () => {
    const scope = readScope(context);
    return new DataLoader<string, SubscriptionSpend[]>(async (ids) => {
      const all = await currentSpend(db, scope, ids);
      return ids.map((id) => all.filter(({ customerId }) => customerId === id));
    });
  });
}
