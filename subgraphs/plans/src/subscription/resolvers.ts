import { maySee, notesFor } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { catalogueOf, present } from '../catalogue/loaders.js';
import { versionView } from '../catalogue/view.js';
import type { Resolvers } from '../generated/graphql.js';
import { cancelSubscription, createSubscription, updateSubscription } from './handlers.js';
import { pageOfSubscriptions, subscriptionsOf, subscriptionsOfCustomer } from './loaders.js';
import { subscriptionView } from './view.js';

type Parts = Pick<Resolvers, 'Query' | 'Mutation' | 'Customer' | 'PlanSubscription'>;

/** Subscriptions: translates between GraphQL and the handlers. */
export function subscriptionResolvers(db: Database): Parts {
  const load = (context: RequestContext) => subscriptionsOf(db, context);
  const rowOf = async (id: string, context: RequestContext) => present(await load(context).load(id));
  const shown = async (id: string, context: RequestContext) => {
    const row = await load(context).load(id);
    return row && subscriptionView(row);
  };
  // A second mutation of the same request must not see what the first one left in the loaders.
  const changed = async (id: string, context: RequestContext) =>
    subscriptionView(present(await load(context).clear(id).load(id)));
  return {
    Query: {
      subscription: (_root, { id }, context) => shown(id, context),
      subscriptions: (_root, args, context) => pageOfSubscriptions({ db, context }, args),
    },
    Mutation: {
      createSubscription: async (_root, { input }, context) => {
        const answer = await createSubscription({ db, context }, input);
        if (answer.__typename !== 'SubscriptionCreated') return answer;
        return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
      },
      updateSubscription: async (_root, { input }, context) => {
        const answer = await updateSubscription({ db, context }, input);
        if (answer.__typename !== 'SubscriptionUpdated') return answer;
        return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
      },
      cancelSubscription: async (_root, { input }, context) => {
        const answer = await cancelSubscription({ db, context }, input);
        if (answer.__typename !== 'SubscriptionCancelled') return answer;
        return { __typename: answer.__typename, subscription: await changed(answer.subscriptionId, context) };
      },
    },
    Customer: {
      __resolveReference: ({ id }, context) => (maySee(context, id) ? { __typename: 'Customer', id } : null),
      subscriptions: ({ id }, args, context) => subscriptionsOfCustomer({ db, context }, id, args),
    },
    PlanSubscription: {
      __resolveReference: ({ id }, context) => shown(id, context),
      metadata: ({ metadata }, _args, context) => notesFor(context, metadata),
      customer: async ({ id }, _args, context) => ({ id: (await rowOf(id, context)).customer_id }),
      plan: async ({ id }, _args, context) =>
        present(await catalogueOf(db, context).plan.load((await rowOf(id, context)).plan_id)),
      planVersion: async ({ id }, _args, context) => {
        const { plan_version_id: versionId } = await rowOf(id, context);
        return versionView(present(await catalogueOf(db, context).version.load(versionId)).head);
      },
    },
  };
}
