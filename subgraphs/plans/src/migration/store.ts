import { encodeJson } from '@tollgate/kernel/codec';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ProjectedRow, Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { Migration, MigrationPlan, Skip } from './domain/migration.js';

/** A migration as queries read it. */
export interface MigrationRow {
  readonly id: Id<'mig'>;
  readonly planId: string;
  readonly planVersionId: string;
  readonly when: 'NOW' | 'PERIOD_END';
  readonly proration: 'DAY' | 'SECOND' | 'THIRTY_DAY' | 'NONE' | null;
  readonly negotiatedPrices: 'KEEP' | 'END';
  readonly status: 'RUNNING' | 'FINISHED' | 'STOPPED';
  readonly total: number;
  readonly moved: number;
  readonly skipped: number;
  readonly skips: readonly Skip[];
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

/** The table of migrations. */
export const MIGRATIONS: Projection<Migration | null> = {
  table: 'plans_plan_migration',
  key: ['id'],
  columns: [
    'id',
    'plan_id',
    'plan_version_id',
    'time',
    'proration',
    'negotiated_prices',
    'status',
    'total',
    'moved',
    'skipped',
    'skips',
    'created_at',
    'ended_at',
  ],
  rows: (migration) => (migration === null ? [] : [rowOf(migration)]),
};

function rowOf(migration: Migration): ProjectedRow {
  return {
    id: migration.id,
    plan_id: migration.planId,
    plan_version_id: migration.versionId,
    time: migration.when,
    proration: migration.proration?.toUpperCase() ?? null,
    negotiated_prices: migration.negotiatedPrices.toUpperCase(),
    status: migration.status.toUpperCase(),
    total: migration.total,
    moved: migration.moved,
    skipped: migration.skipped,
    skips: encodeJson(migration.skips),
    created_at: migration.createdAt,
    ended_at: migration.endedAt,
  };
}

/** Migrations by id. */
export async function migrationsById(tx: Queryable, ids: readonly string[]): Promise<MigrationRow[]> {
  return tx.query<MigrationRow>(`SELECT ${COLUMNS} FROM {t}.plans_plan_migration WHERE id = ANY($1)`, [ids]);
}

/** The migrations of a plan, in the order in which they began. */
export const MIGRATION_LIST: List = { name: 'Plan.migrations', idPrefix: 'mig', orderBy: 'CREATED_AT_ASC' };

/** The same page of the migrations of several plans, and one more of each. */
export async function migrationsOfPlans(
  tx: Queryable,
  planIds: readonly string[],
  page: Page,
): Promise<MigrationRow[]> {
  const { sql, params } = pageSql(page, { id: 'id', taken: 1 });
  return tx.query<MigrationRow>(
    `SELECT m.* FROM unnest($1::text[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM {t}.plans_plan_migration WHERE plan_id = p.id${sql}) m`,
    [planIds, ...params],
  );
}

const COLUMNS = `
  id, plan_id AS "planId", plan_version_id AS "planVersionId", time AS "when", proration,
  negotiated_prices AS "negotiatedPrices", status, total, moved, skipped, skips, created_at AS "createdAt",
  ended_at AS "endedAt"`;

/** How many subscriptions a migration has to look at. */
export async function countToMove(tx: TenantTx, plan: MigrationPlan): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM {t}.plans_subscription WHERE ${TO_MOVE}`,
    [plan.planId, plan.versionId, plan.fromVersionIds, plan.subscriptionIds],
  );
  return row?.count ?? 0;
}

/** The next ones that a migration has to look at, with their customers. */
export async function nextToMove(
  tx: TenantTx,
  { planId, versionId, fromVersionIds, subscriptionIds, cursor }: Migration,
  limit: number,
): Promise<{ readonly id: string; readonly customerId: string }[]> {
  return tx.query(
    `SELECT id, customer_id AS "customerId" FROM {t}.plans_subscription
     WHERE ${TO_MOVE} AND ($5::text IS NULL OR id > $5) ORDER BY id LIMIT $6`,
    [planId, versionId, fromVersionIds, subscriptionIds, cursor, limit],
  );
}

const TO_MOVE = `
  plan_id = $1 AND plan_version_id <> $2 AND status <> 'ENDED'
  AND ($3::text[] IS NULL OR plan_version_id = ANY($3)) AND ($4::text[] IS NULL OR id = ANY($4))`;

/** The first of these subscriptions that is not one of the plan; null where all are. */
export async function strangerAmong(
  tx: TenantTx,
  planId: string,
  ids: readonly string[],
): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(
    `SELECT w.id FROM unnest($2::text[]) WITH ORDINALITY AS w(id, place) WHERE NOT EXISTS (
       SELECT FROM {t}.plans_subscription s WHERE s.id = w.id AND s.plan_id = $1) ORDER BY w.place LIMIT 1`,
    [planId, ids],
  );
  return row?.id ?? null;
}
