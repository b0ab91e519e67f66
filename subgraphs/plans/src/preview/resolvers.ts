import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { catalogueOf, present } from '../catalogue/loaders.js';
import { versionView } from '../catalogue/view.js';
import type { Resolvers } from '../generated/graphql.js';
import { previewInvoice, previewSubscription, upcomingEffect } from './handlers.js';
import { previewView } from './view.js';

type Parts = Pick<Resolvers, 'Query' | 'SubscriptionOutlook' | 'PlanSubscription'>;

/** Previews: translates between GraphQL and the handlers. */
export function previewResolvers(db: Database): Parts {
  return {
    Query: {
      previewSubscription: async (_root, { input }, context) => {
        backOfficeScope(context);
        const answer = await previewSubscription({ db, context }, input);
        if (answer.__typename !== 'SubscriptionPreview') return answer;
        return { __typename: answer.__typename, ...previewView(answer) };
      },
      previewInvoice: async (_root, { input }, context) => {
        const answer = await previewInvoice({ db, context }, input);
        if (answer.__typename !== 'SubscriptionPreview') return answer;
        return { __typename: answer.__typename, ...previewView(answer) };
      },
    },
    SubscriptionOutlook: {
      plan: async ({ planId }, _args, context) => present(await catalogueOf(db, context).plan.load(planId)),
      planVersion: async ({ planVersionId }, _args, context) =>
        versionView(present(await catalogueOf(db, context).version.load(planVersionId))),
    },
    PlanSubscription: {
      upcomingEffect: async ({ id }, _args, context) => {
        const effect = await upcomingEffect({ db, context }, id);
        return effect && { ...effect };
      },
    },
  };
}
