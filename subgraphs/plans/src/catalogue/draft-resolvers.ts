import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Resolvers } from '../generated/graphql.js';
import { createPlanDraft, discardPlanDraft, publishPlanDraft, updatePlanDraft } from './handlers/draft.js';
import { catalogueOf, present, pricesOf } from './loaders.js';
import { draftView, planPriceView, versionView } from './view.js';

type Parts = Pick<Resolvers, 'Query' | 'Mutation' | 'PlanDraft'>;

/** Drafts of versions: translates between GraphQL and the handlers. */
export function draftResolvers(db: Database) {
  return {
    Query: {
      planDraft: async (_root, { id }, context) => {
        backOfficeScope(context);
        const draft = await catalogueOf(db, context).draft.load(id);
        return draft && draftView(draft);
      },
    },
    Mutation: mutations(db),
    PlanDraft: draftType(db),
  } satisfies Parts;
}

function mutations(db: Database) {
  // A second mutation of the same request must not see what the first one left in the loaders.
  const changed = async (id: string, context: RequestContext) =>
    draftView(present(await catalogueOf(db, context).draft.clear(id).load(id)));
  return {
    createPlanDraft: async (_root, { input }, context) => {
      const answer = await createPlanDraft({ db, context }, input);
      if (answer.__typename !== 'PlanDraftCreated') return answer;
      return { __typename: answer.__typename, draft: await changed(answer.draftId, context) };
    },
    updatePlanDraft: async (_root, { input }, context) => {
      const answer = await updatePlanDraft({ db, context }, input);
      if (answer.__typename !== 'PlanDraftUpdated') return answer;
      return { __typename: answer.__typename, draft: await changed(answer.draftId, context) };
    },
    discardPlanDraft: async (_root, { input }, context) => {
      const answer = await discardPlanDraft({ db, context }, input);
      if (answer.__typename !== 'PlanDraftDiscarded') return answer;
      return { __typename: answer.__typename, draft: await changed(answer.draftId, context) };
    },
    publishPlanDraft: async (_root, { input }, context) => {
      const answer = await publishPlanDraft({ db, context }, input);
      if (answer.__typename !== 'PlanDraftPublished') return answer;
      const { plan: plans, version: versions } = catalogueOf(db, context);
      const [plan, version] = await Promise.all([
        plans.clear(answer.planId).load(answer.planId),
        versions.load(answer.versionId),
      ]);
      return { __typename: answer.__typename, plan: present(plan), version: versionView(present(version)) };
    },
  } satisfies Parts['Mutation'];
}

function draftType(db: Database) {
  const draftOf = async (id: string, context: RequestContext) =>
    present(await catalogueOf(db, context).draft.load(id));
  const versionOf = async (id: string, context: RequestContext) =>
    versionView(present(await catalogueOf(db, context).version.load(id)));
  return {
    plan: async ({ id }, _args, context) =>
      present(await catalogueOf(db, context).plan.load((await draftOf(id, context)).planId)),
    basedOn: async ({ id }, _args, context) => versionOf((await draftOf(id, context)).basedOn, context),
    version: async ({ id }, _args, context) => {
      const { versionId } = await draftOf(id, context);
      return versionId && versionOf(versionId, context);
    },
    prices: async ({ id }, args, context) => {
      const of = { table: 'plans_plan_draft', id } as const;
      return (await pricesOf({ db, context }, of, args)).map(planPriceView);
    },
  } satisfies Parts['PlanDraft'];
}
