import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { draftResolvers } from './catalogue/draft-resolvers.js';
import { catalogueResolvers } from './catalogue/resolvers.js';
import { addons } from './catalogue/store/addon.js';
import { drafts } from './catalogue/store/draft.js';
import { plans } from './catalogue/store/plan.js';
import { products } from './catalogue/store/product.js';
import { environment } from './config.js';
import { applications, coupons } from './coupon/aggregate.js';
import { couponResolvers } from './coupon/resolvers.js';
import { copiesConsumer } from './copies/consumers.js';
import { subscriptions } from './subscription/aggregate.js';
import { liveConsumer } from './subscription/consumers.js';
import { subscriptionResolvers } from './subscription/resolvers.js';
import { timers } from './subscription/timers.js';

/** The catalogue and the subscriptions to it. */
export const create: CreateSubgraph = async ({ db, live }) => {
  const [catalogue, subscription] = [catalogueResolvers(db), subscriptionResolvers({ db, live })];
  const [coupon, draft] = [couponResolvers(db), draftResolvers(db)];
  return {
    name: 'plans',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: {
      ...catalogue,
      ...subscription,
      PlanDraft: draft.PlanDraft,
      Query: { ...catalogue.Query, ...coupon.Query, ...draft.Query, ...subscription.Query },
      Mutation: { ...catalogue.Mutation, ...coupon.Mutation, ...draft.Mutation, ...subscription.Mutation },
    },
    consumers: [copiesConsumer, liveConsumer(live)],
    timers,
    aggregates: [products, plans, drafts, addons, coupons, applications, subscriptions],
  };
};

await runService(import.meta.url, { create, environment });
