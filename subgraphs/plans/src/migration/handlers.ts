import { assert } from '@tollgate/kernel/assert';
import { invalid } from '@tollgate/kernel/input';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { announce } from '../catalogue/handlers/announce.js';
import { unknownPlan } from '../catalogue/handlers/plan-life.js';
import { plansById } from '../catalogue/store/plan.js';
import { versionsById } from '../catalogue/store/version.js';
import type { MigrateSubscriptionsInput, StopPlanMigrationInput } from '../generated/graphql.js';
import { unknownSubscription } from '../subscription/handlers/life.js';
import { PRORATION } from '../subscription/view.js';
import { migrations } from './aggregate.js';
import type { MigrationPlan } from './domain/migration.js';
import { countToMove, strangerAmong } from './store.js';

const FROM_MAX = 200;
const SUBSCRIPTIONS_MAX = 1_000;

/** Begins to bring subscriptions of a plan to one of its versions. */
export async function migrateSubscriptions(caller: Caller, input: MigrateSubscriptionsInput) {
  const asked = { name: 'migrateSubscriptions', input, access: 'backend' } as const;
  return command(caller, asked, async (tx) => {
    const tooMany = listTooLong(input);
    if (tooMany !== null) return tooMany;
    const [plan] = await plansById(tx, [input.planId], null);
    if (plan === undefined) return unknownPlan(input.planId);
    const fromIds = input.fromVersionIds ?? [];
    const targetId = input.planVersionId ?? plan.versionId;
    const versions = await versionsById(tx, [...new Set([targetId, ...fromIds])]);
    const own = versions.filter(({ planId }) => planId === plan.id);
    const version = own.find(({ id }) => id === targetId);
    if (version === undefined)
      return invalid('input.planVersionId', 'Give the id of a version of this plan, or leave it out.');
    const foreign = fromIds.findIndex((id) => !own.some((one) => one.id === id));
    if (foreign >= 0)
      return invalid(`input.fromVersionIds[${foreign}]`, 'Give ids of versions of this plan.');
    const stranger = await strangerAmong(tx, plan.id, input.subscriptionIds ?? []);
    if (stranger !== null) return unknownSubscription(stranger);
    const now = await tx.now();
    await announce(tx, { plan, version }, now);
    const migrationId = await started(tx, { planId: plan.id, versionId: version.id, ...wishesOf(input) });
    return { __typename: 'PlanMigrationStarted' as const, migrationId };
  });
}

/** Stops a migration. */
export async function stopPlanMigration(caller: Caller, input: StopPlanMigrationInput) {
  const { migrationId } = input;
  const asked = { name: 'stopPlanMigration', input, access: 'backend', subject: migrationId } as const;
  return command(caller, asked, async (tx) => {
    const found = await migrations.loadOne(tx, migrationId);
    if (found.state === null)
      return {
        ...{ reason: 'UnknownPlanMigration' as const, message: 'There is no such migration.' },
        migrationId,
      };
    const now = await tx.now();
    const decided = migrations.decide(found, { type: 'StopMigration', now }, now);
    assert(decided.ok, 'a migration can always be stopped');
    await migrations.record(tx, [decided.change]);
    return { __typename: 'PlanMigrationStopped' as const, migrationId };
  });
}

async function started(tx: TenantTx, plan: MigrationPlan): Promise<string> {
  const [now, total] = await Promise.all([tx.now(), countToMove(tx, plan)]);
  const id = newId('mig');
  const decided = migrations.decide(
    migrations.fresh(id),
    { type: 'StartMigration', id, total, ...plan, now },
    now,
  );
  assert(decided.ok, 'a migration that makes sense begins');
  await migrations.record(tx, [decided.change]);
  return id;
}

function wishesOf(input: MigrateSubscriptionsInput) {
  return {
    fromVersionIds: input.fromVersionIds ?? null,
    subscriptionIds: input.subscriptionIds ?? null,
    when: input.when ?? 'PERIOD_END',
    proration: input.proration ? PRORATION[input.proration] : null,
    negotiatedPrices: input.negotiatedPrices === 'END' ? 'end' : 'keep',
  } as const;
}

function listTooLong({ fromVersionIds, subscriptionIds }: MigrateSubscriptionsInput) {
  if ((fromVersionIds?.length ?? 0) > FROM_MAX)
    return invalid('input.fromVersionIds', `Give at most ${FROM_MAX} versions.`);
  if ((subscriptionIds?.length ?? 0) > SUBSCRIPTIONS_MAX)
    return invalid('input.subscriptionIds', `Give at most ${SUBSCRIPTIONS_MAX} subscriptions.`);
  return null;
}
