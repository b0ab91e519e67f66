import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { draftResolvers } from './catalogue/draft-resolvers.js';
import { catalogueResolvers } from './catalogue/resolvers.js';
import { addons } from './catalogue/store/addon.js';
import { drafts } from './catalogue/store/draft.js';
import { plans } from './catalogue/store/plan.js';
import { products } from './catalogue/store/product.js';
import { environment } from './config.js';
import { contracts } from './contract/aggregate.js';
import { contractResolvers } from './contract/resolvers.js';
import { afterContracts, contractTimers } from './contract/timers.js';
import { applications, coupons } from './coupon/aggregate.js';
import { couponResolvers } from './coupon/resolvers.js';
import { copiesConsumer } from './copies/consumers.js';
import { migrations } from './migration/aggregate.js';
import { migrationResolvers } from './migration/resolvers.js';
import { migrationTimers } from './migration/timers.js';
import { previewResolvers } from './preview/resolvers.js';
import { quotes } from './quote/aggregate.js';
import { quoteResolvers } from './quote/resolvers.js';
import { quoteTimers } from './quote/timers.js';
import { subscriptions } from './subscription/aggregate.js';
import { dunningSubscriptions, firstInvoiceSubscriptions, liveConsumer } from './subscription/consumers.js';
import { subscriptionResolvers } from './subscription/resolvers.js';
import { timelineResolvers } from './timeline/resolvers.js';
import { timers } from './subscription/timers.js';

const consumer = {
  ...copiesConsumer,
  subscriptions: [...copiesConsumer.subscriptions, ...firstInvoiceSubscriptions, ...dunningSubscriptions],
};

const NOUNS = [
  ...[products, plans, drafts, addons, coupons, applications],
  ...[subscriptions, migrations, contracts, quotes],
];

/** The catalogue and the subscriptions to it. */
export const create: CreateSubgraph = async ({ db, live }) => {
  const [catalogue, subscription] = [catalogueResolvers(db), subscriptionResolvers({ db, live })];
  const [coupon, draft, preview] = [couponResolvers(db), draftResolvers(db), previewResolvers(db)];
  const [migration, contract] = [migrationResolvers(db), contractResolvers(db)];
  const quote = quoteResolvers(db);
  return {
    name: 'plans',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: {
      ...catalogue,
      ...subscription,
      Plan: { ...catalogue.Plan, ...migration.Plan },
      Contract: contract.Contract,
      ...timelineResolvers(db),
      Quote: quote.Quote,
      Customer: { ...subscription.Customer, ...contract.Customer },
      PlanDraft: draft.PlanDraft,
      SubscriptionOutlook: preview.SubscriptionOutlook,
      PlanMigration: migration.PlanMigration,
      PlanSubscription: {
        ...subscription.PlanSubscription,
        ...contract.PlanSubscription,
        ...preview.PlanSubscription,
      },
      Query: {
        ...catalogue.Query,
        ...coupon.Query,
        ...draft.Query,
        ...migration.Query,
        ...subscription.Query,
        ...contract.Query,
        ...preview.Query,
        ...quote.Query,
      },
      Mutation: {
        ...catalogue.Mutation,
        ...coupon.Mutation,
        ...draft.Mutation,
        ...migration.Mutation,
        ...subscription.Mutation,
        ...contract.Mutation,
        ...quote.Mutation,
      },
    },
    consumers: [consumer, liveConsumer(live)],
    timers: { ...afterContracts(timers), ...contractTimers, ...quoteTimers, ...migrationTimers },
    aggregates: NOUNS,
  };
};

await runService(import.meta.url, { create, environment });
