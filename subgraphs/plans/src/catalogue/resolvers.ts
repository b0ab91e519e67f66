import { backOfficeScope, notesFor } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { createAddon } from './handlers/addon.js';
import { archivePlan, copyPlan, restorePlan } from './handlers/plan-life.js';
import { createPlan, publishPlanVersion, updatePlan } from './handlers/plan.js';
import { createProduct } from './handlers/product.js';
import {
  catalogueOf,
  draftsOfPlan,
  pageOfAddons,
  pageOfPlans,
  pageOfProducts,
  present,
  pricesOf,
  termsOfVersion,
  versionsOfPlan,
} from './loaders.js';
import { draftView, entitlementView, planPriceView, versionView } from './view.js';

type Parts = Pick<Resolvers, 'Query' | 'Mutation' | 'Product' | 'Plan' | 'PlanVersion'>;

/** Products, plans and versions: translates between GraphQL and the handlers. */
export function catalogueResolvers(db: Database): Parts {
  return { Query: queries(db), Mutation: { ...mutations(db), ...planLifeMutations(db) }, ...types(db) };
}

function queries(db: Database) {
  return {
    product: (_root, { id }, context) => catalogueOf(db, context).product.load(id),
    products: (_root, args, context) => pageOfProducts({ db, context }, args),
    plan: (_root, { id }, context) => catalogueOf(db, context).plan.load(id),
    plans: (_root, args, context) => pageOfPlans({ db, context }, args),
    addons: (_root, args, context) => pageOfAddons({ db, context }, args),
    // A customer sees the add-ons of its subscriptions, on those.
    addon: (_root, { id }, context) => {
      backOfficeScope(context);
      return catalogueOf(db, context).addon.load(id);
    },
  } satisfies Parts['Query'];
}

function mutations(db: Database) {
  const changedPlan = changedPlanIn(db);
  return {
    createProduct: async (_root, { input }, context) => {
      const answer = await createProduct({ db, context }, input);
      if (answer.__typename !== 'ProductCreated') return answer;
      const product = present(await catalogueOf(db, context).product.load(answer.productId));
      return { __typename: answer.__typename, product };
    },
    createAddon: async (_root, { input }, context) => {
      const answer = await createAddon({ db, context }, input);
      if (answer.__typename !== 'AddonCreated') return answer;
      const addon = present(await catalogueOf(db, context).addon.load(answer.addonId));
      return { __typename: answer.__typename, addon };
    },
    createPlan: async (_root, { input }, context) => {
      const answer = await createPlan({ db, context }, input);
      if (answer.__typename !== 'PlanCreated') return answer;
      return { __typename: answer.__typename, plan: await changedPlan(answer.planId, context) };
    },
    updatePlan: async (_root, { input }, context) => {
      const answer = await updatePlan({ db, context }, input);
      if (answer.__typename !== 'PlanUpdated') return answer;
      return { __typename: answer.__typename, plan: await changedPlan(answer.planId, context) };
    },
    publishPlanVersion: async (_root, { input }, context) => {
      const answer = await publishPlanVersion({ db, context }, input);
      if (answer.__typename !== 'PlanVersionPublished') return answer;
      const [plan, version] = await Promise.all([
        changedPlan(answer.planId, context),
        catalogueOf(db, context).version.load(answer.versionId),
      ]);
      return { __typename: answer.__typename, plan, version: versionView(present(version)) };
    },
  } satisfies Parts['Mutation'];
}

function planLifeMutations(db: Database) {
  const changedPlan = changedPlanIn(db);
  return {
    copyPlan: async (_root, { input }, context) => {
      const answer = await copyPlan({ db, context }, input);
      if (answer.__typename !== 'PlanCopied') return answer;
      return { __typename: answer.__typename, plan: await changedPlan(answer.planId, context) };
    },
    archivePlan: async (_root, { input }, context) => {
      const answer = await archivePlan({ db, context }, input);
      if (answer.__typename !== 'PlanArchived') return answer;
      return { __typename: answer.__typename, plan: await changedPlan(answer.planId, context) };
    },
    restorePlan: async (_root, { input }, context) => {
      const answer = await restorePlan({ db, context }, input);
      if (answer.__typename !== 'PlanRestored') return answer;
      return { __typename: answer.__typename, plan: await changedPlan(answer.planId, context) };
    },
  } satisfies Parts['Mutation'];
}

/** A second mutation of the same request must not see what the first one left in the loaders. */
function changedPlanIn(db: Database) {
  return async (id: string, context: RequestContext) =>
    present(await catalogueOf(db, context).plan.clear(id).load(id));
}

function types(db: Database): Omit<Parts, 'Query' | 'Mutation'> {
  const planOf = async (id: string, context: RequestContext) =>
    present(await catalogueOf(db, context).plan.load(id));
  return {
    Product: {
      __resolveReference: ({ id }, context) => catalogueOf(db, context).product.load(id),
    },
    Plan: {
      __resolveReference: ({ id }, context) => catalogueOf(db, context).plan.load(id),
      metadata: ({ metadata }, _args, context) => notesFor(context, metadata),
      product: async ({ id }, _args, context) =>
        present(await catalogueOf(db, context).product.load((await planOf(id, context)).productId)),
      version: async ({ id }, _args, context) => {
        const { versionId } = await planOf(id, context);
        return versionView(present(await catalogueOf(db, context).version.load(versionId)));
      },
      versions: async ({ id }, args, context) =>
        (await versionsOfPlan({ db, context }, id, args)).map(versionView),
      drafts: async ({ id }, args, context) => (await draftsOfPlan({ db, context }, id, args)).map(draftView),
    },
    PlanVersion: {
      __resolveReference: async ({ id }, context) => {
        const found = await catalogueOf(db, context).version.load(id);
        return found && versionView(found);
      },
      prices: async ({ id }, args, context) => {
        const of = { table: 'plans_plan_version', id } as const;
        return (await pricesOf({ db, context }, of, args)).map(planPriceView);
      },
      thresholds: async ({ id }, _args, context) => (await termsOfVersion({ db, context }, id)).thresholds,
      minimums: async ({ id }, _args, context) => (await termsOfVersion({ db, context }, id)).minimums,
      entitlements: async ({ id }, _args, context) =>
        (await termsOfVersion({ db, context }, id)).entitlements.map(entitlementView),
    },
  };
}
