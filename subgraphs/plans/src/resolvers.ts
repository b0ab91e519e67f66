import { assert } from '@tollgate/kernel/assert';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import { connectionOf, pageOf, type Page, type PageArguments } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database, TenantTx } from '@tollgate/runtime/database/db';
import { createPlan, createProduct, publishPlanVersion } from './catalogue/handlers.js';
import { cancelSubscription, createSubscription } from './subscription/handlers.js';
import type { Resolvers } from './generated/graphql.js';
import { loadersOf } from './loaders.js';
import { subscriptionShape, versionShape } from './catalogue/view.js';
import { planPage, productPage } from './catalogue/store.js';
import { subscriptionPage } from './subscription/store.js';

/** Translates between GraphQL and the handlers; decides nothing. */
export function createResolvers(db: Database): Resolvers {
  const load = (context: RequestContext) => loadersOf(db, context);
  // A second mutation of the same request must not see what the first one left in the loaders.
  const changed = {
    product: async (id: string, context: RequestContext) =>
      present(await load(context).product.clear(id).load(id)),
    plan: async (id: string, context: RequestContext) => present(await load(context).plan.clear(id).load(id)),
    subscription: async (id: string, context: RequestContext) =>
      subscriptionShape(present(await load(context).subscription.clear(id).load(id))),
  };
  const version = async (id: string, context: RequestContext) =>
    versionShape(present(await load(context).version.load(id)));
  const planOf = async (id: string, context: RequestContext) => present(await load(context).plan.load(id));
  const rowOf = async (id: string, context: RequestContext) =>
    present(await load(context).subscription.load(id));
  const pages = async <T extends { readonly id: string }>(
    context: RequestContext,
    args: PageArguments,
    read: (tx: TenantTx, page: Page) => Promise<T[]>,
  ) => {
    const page = pageOf(args);
    return connectionOf(await db.tenant(readScope(context), (tx) => read(tx, page)), page);
  };

  return {
    Query: {
      product: (_root, { id }, context) => load(context).product.load(id),
      products: (_root, args, context) =>
        pages(context, args, (tx, page) => productPage(tx, page, customerLimit(context))),
      plan: (_root, { id }, context) => load(context).plan.load(id),
      plans: (_root, args, context) =>
        pages(context, args, (tx, page) => planPage(tx, page, customerLimit(context))),
      subscription: async (_root, { id }, context) => {
        const row = await load(context).subscription.load(id);
        return row && subscriptionShape(row);
      },
      subscriptions: (_root, { customerId, ...args }, context) => {
        const chosen = customerId ?? customerLimit(context);
        if (chosen !== null && !maySee(context, chosen)) return connectionOf([], pageOf(args));
        return pages(context, args, async (tx, page) =>
          (await subscriptionPage(tx, page, chosen)).map(subscriptionShape),
        );
      },
    },
    Mutation: {
      createProduct: async (_root, { input }, context) => {
        const answer = await createProduct({ db, context }, input);
        if (answer.__typename !== 'ProductCreated') return answer;
        return { __typename: answer.__typename, product: await changed.product(answer.productId, context) };
      },
      createPlan: async (_root, { input }, context) => {
        const answer = await createPlan({ db, context }, input);
        if (answer.__typename !== 'PlanCreated') return answer;
        return { __typename: answer.__typename, plan: await changed.plan(answer.planId, context) };
      },
      publishPlanVersion: async (_root, { input }, context) => {
        const answer = await publishPlanVersion({ db, context }, input);
        if (answer.__typename !== 'PlanVersionPublished') return answer;
        const plan = await changed.plan(answer.planId, context);
        return {
          __typename: answer.__typename,
          plan,
          version: await version(answer.versionId, context),
        };
      },
      createSubscription: async (_root, { input }, context) => {
        const answer = await createSubscription({ db, context }, input);
        if (answer.__typename !== 'SubscriptionCreated') return answer;
        const subscription = await changed.subscription(answer.subscriptionId, context);
        return { __typename: answer.__typename, subscription };
      },
      cancelSubscription: async (_root, { input }, context) => {
        const answer = await cancelSubscription({ db, context }, input);
        if (answer.__typename !== 'SubscriptionCancelled') return answer;
        const subscription = await changed.subscription(answer.subscriptionId, context);
        return { __typename: answer.__typename, subscription };
      },
    },
    Product: {
      __resolveReference: ({ id }, context) => load(context).product.load(id),
    },
    Plan: {
      __resolveReference: ({ id }, context) => load(context).plan.load(id),
      product: async ({ id }, _args, context) =>
        present(await load(context).product.load((await planOf(id, context)).productId)),
      version: async ({ id }, _args, context) => version((await planOf(id, context)).versionId, context),
      versions: async (plan, _args, context) =>
        (await load(context).versionsOfPlan.load(plan.id)).map(versionShape),
    },
    PlanVersion: {
      __resolveReference: async ({ id }, context) => {
        const version = await load(context).version.load(id);
        return version && versionShape(version);
      },
    },
    Customer: {
      __resolveReference: ({ id }, context) => (maySee(context, id) ? { __typename: 'Customer', id } : null),
      subscriptions: async ({ id }, _args, context) =>
        (await load(context).subscriptionsOfCustomer.load(id)).map(subscriptionShape),
    },
    PlanSubscription: {
      __resolveReference: async ({ id }, context) => {
        const row = await load(context).subscription.load(id);
        return row && subscriptionShape(row);
      },
      customer: async ({ id }, _args, context) => ({ id: (await rowOf(id, context)).customer_id }),
      plan: async ({ id }, _args, context) => planOf((await rowOf(id, context)).plan_id, context),
      planVersion: async ({ id }, _args, context) =>
        version((await rowOf(id, context)).plan_version_id, context),
    },
  };
}

/** What the catalogue refers to is in it: nothing is ever deleted. */
function present<T>(value: T | null): T {
  assert(value !== null, 'a reference inside plans leads somewhere');
  return value;
}
