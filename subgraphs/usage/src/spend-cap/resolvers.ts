import DataLoader from 'dataloader';
import { assert } from '@tollgate/kernel/assert';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { capsOf, removeSpendCap, setSpendCap, type KnownCap } from './handlers.js';
import { capView } from './view.js';

/** Caps of spend in GraphQL; nothing is decided here. */
export function spendCapResolvers(db: Database) {
  return {
    SubscriptionSpend: {
      cap: async ({ subscription }, _, context) => {
        if (subscription === undefined) return null;
        const cap = await capLoader(db, context).load(subscription.id);
        return cap === null ? null : capView(cap);
      },
    },
    Mutation: {
      setSpendCap: async (_, { input }, context) => {
        const answer = await setSpendCap({ db, context }, input);
        if (answer.__typename !== 'SpendCapSet') return answer;
        const [cap] = await capsOf({ db, context }, [answer.subscriptionId]);
        assert(cap !== undefined, 'what was set holds');
        return { __typename: 'SpendCapSet', cap: capView(cap) };
      },
      removeSpendCap: async (_, { input }, context) => {
        const answer = await removeSpendCap({ db, context }, input);
        if (answer.__typename !== 'SpendCapRemoved') return answer;
        const subscription = { __typename: 'PlanSubscription' as const, id: answer.subscriptionId };
        return { __typename: 'SpendCapRemoved', subscription };
      },
    },
  } satisfies Resolvers;
}

const CAP_LOADER = Symbol('caps by subscription');

/** One reading for all subscriptions of a request. */
function capLoader(db: Database, context: RequestContext) {
  return context.once(CAP_LOADER, () => {
    return new DataLoader<string, KnownCap | null>(async (ids) => {
      const caps = await capsOf({ db, context }, ids);
      return ids.map((id) => caps.find(({ subscriptionId }) => subscriptionId === id) ?? null);
    });
  });
}
