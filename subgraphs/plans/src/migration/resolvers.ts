import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { catalogueOf, present } from '../catalogue/loaders.js';
import { versionView } from '../catalogue/view.js';
import type { Resolvers } from '../generated/graphql.js';
import { subscriptionView } from '../subscription/view.js';
import { migrateSubscriptions, stopPlanMigration } from './handlers.js';
import { migrationLoader, migrationsOfPlan, skippedLoader } from './loaders.js';
import { migrationView, skipsOf } from './view.js';

type Parts = Pick<Resolvers, 'Query' | 'Mutation' | 'Plan' | 'PlanMigration'>;

/** Migrations of subscriptions: translates between GraphQL and the handlers. */
export function migrationResolvers(db: Database) {
  return {
    Query: {
      planMigration: async (_root, { id }, context) => {
        backOfficeScope(context);
        const row = await migrationLoader(db, context).load(id);
        return row && migrationView(row);
      },
    },
    Mutation: mutations(db),
    Plan: {
      migrations: async ({ id }, args, context) =>
        (await migrationsOfPlan({ db, context }, id, args)).map(migrationView),
    },
    PlanMigration: migrationType(db),
  } satisfies Parts;
}

function mutations(db: Database) {
  const changed = async (id: string, context: RequestContext) =>
    migrationView(present(await migrationLoader(db, context).clear(id).load(id)));
  return {
    migrateSubscriptions: async (_root, { input }, context) => {
      const answer = await migrateSubscriptions({ db, context }, input);
      if (answer.__typename !== 'PlanMigrationStarted') return answer;
      return { __typename: answer.__typename, migration: await changed(answer.migrationId, context) };
    },
    stopPlanMigration: async (_root, { input }, context) => {
      const answer = await stopPlanMigration({ db, context }, input);
      if (answer.__typename !== 'PlanMigrationStopped') return answer;
      return { __typename: answer.__typename, migration: await changed(answer.migrationId, context) };
    },
  } satisfies Parts['Mutation'];
}

function migrationType(db: Database) {
  const rowOf = async (id: string, context: RequestContext) =>
    present(await migrationLoader(db, context).load(id));
  return {
    plan: async ({ id }, _args, context) =>
      present(await catalogueOf(db, context).plan.load((await rowOf(id, context)).planId)),
    planVersion: async ({ id }, _args, context) => {
      const { planVersionId } = await rowOf(id, context);
      return versionView(present(await catalogueOf(db, context).version.load(planVersionId)));
    },
    skips: async ({ id }, args, context) =>
      skipsOf(await rowOf(id, context), args).map(async ({ subscriptionId, reason }) => {
        const row = present(await skippedLoader(db, context).load(subscriptionId));
        return { subscription: subscriptionView(row), reason };
      }),
  } satisfies Parts['PlanMigration'];
}
