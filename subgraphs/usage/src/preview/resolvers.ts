import { effectIn } from '@tollgate/contracts/plans/effect';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Subscription } from '@tollgate/runtime/messaging/consume';
import type { Resolvers } from '../generated/graphql.js';
import { addedTo } from './handlers.js';

/** What usage adds to previews; nothing is decided here. */
export function previewResolvers(db: Database, subscriptions: readonly Subscription[]) {
  const added = async (context: RequestContext, handed: unknown) => {
    const rehearsing = { db, scope: readScope(context), subscriptions };
    return { ...(await addedTo(rehearsing, effectIn(handed))) };
  };
  return {
    PlanSubscription: {
      __resolveReference: (reference) => reference,
      upcomingTotals: ({ upcomingEffect }, _args, context) =>
        upcomingEffect ? added(context, upcomingEffect) : null,
    },
    SubscriptionPreview: {
      __resolveReference: (reference) => reference,
      totals: ({ effect }, _args, context) => added(context, effect),
    },
  } satisfies Resolvers;
}
