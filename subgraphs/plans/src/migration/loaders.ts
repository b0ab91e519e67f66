import { customerLimit } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { oncePerPage, shownOf, sliceOf, type SliceArguments } from '@tollgate/runtime/graphql/list';
import { byId, grouped, type ById } from '../loading.js';
import { subscriptionsById, type SubscriptionRow } from '../subscription/store.js';
import { MIGRATION_LIST, migrationsById, migrationsOfPlans, type MigrationRow } from './store.js';

const MIGRATIONS = Symbol('migrations by id');
const SKIPPED = Symbol('subscriptions that were left where they are');
const PAGES = Symbol('pages of migrations by plan');

/** The migrations that this request names. */
export function migrationLoader(db: Database, context: RequestContext): ById<MigrationRow> {
  return context.once(MIGRATIONS, () => byId({ db, context }, (tx, ids) => migrationsById(tx, ids)));
}

/** Subscriptions that migrations left where they are, by id. */
export function skippedLoader(db: Database, context: RequestContext): ById<SubscriptionRow> {
  const viewer = customerLimit(context);
  return context.once(SKIPPED, () => byId({ db, context }, (tx, ids) => subscriptionsById(tx, ids, viewer)));
}

/** Migrations of a plan; none for a customer. */
export async function migrationsOfPlan(
  caller: Caller,
  planId: string,
  args: SliceArguments,
): Promise<readonly MigrationRow[]> {
  if (customerLimit(caller.context) !== null) return [];
  const page = sliceOf(MIGRATION_LIST, args);
  const loader = oncePerPage(caller.context, { key: PAGES, page }, () =>
    grouped(
      caller,
      (tx, planIds) => migrationsOfPlans(tx, planIds, page),
      (migration) => migration.planId,
    ),
  );
  return shownOf(await loader.load(planId), page);
}
