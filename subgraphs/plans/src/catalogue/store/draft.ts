import { encodeJson } from '@tollgate/kernel/codec';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { aggregate } from '@tollgate/runtime/command/aggregate';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import { draftDecider, type PlanDraft } from '../domain/draft.js';
import type { Terms } from '../domain/terms.js';
import type { IntervalColumn } from './plan.js';

const DRAFTS: Projection<PlanDraft | null> = {
  table: 'plans_plan_draft',
  key: ['id'],
  columns: [
    'id',
    'plan_id',
    'based_on',
    'status',
    'interval',
    'interval_count',
    'alignment',
    'grain',
    'trial_days',
    'minimums',
    'thresholds',
    'entitlements',
    'prices',
    'price_count',
    'version_id',
    'created_at',
    'updated_at',
  ],
  rows: (draft) => (draft === null ? [] : [rowOf(draft)]),
};

function rowOf({ terms, ...draft }: PlanDraft) {
  return {
    id: draft.id,
    plan_id: draft.planId,
    based_on: draft.basedOn,
    status: draft.status.toUpperCase(),
    interval: terms.interval.unit.toUpperCase(),
    interval_count: terms.interval.count,
    alignment: terms.alignment,
    grain: terms.grain,
    trial_days: terms.trialDays,
    minimums: encodeJson(terms.minimums),
    thresholds: encodeJson(terms.thresholds),
    entitlements: encodeJson(terms.entitlements),
    prices: encodeJson(terms.prices),
    price_count: terms.prices.length,
    version_id: draft.versionId,
    created_at: draft.createdAt,
    updated_at: draft.updatedAt,
  };
}

/** Drafts of versions of plans. */
export const drafts = aggregate({
  name: 'plan draft',
  idPrefix: 'pld',
  decider: draftDecider,
  projections: [DRAFTS],
});

/** A draft as queries read it; its prices are read in pages. */
export interface DraftRow extends Pick<Terms, 'minimums' | 'thresholds' | 'entitlements'> {
  readonly id: Id<'pld'>;
  readonly planId: Id<'pln'>;
  readonly basedOn: Id<'plv'>;
  readonly status: 'OPEN' | 'PUBLISHED' | 'DISCARDED';
  readonly interval: IntervalColumn;
  readonly intervalCount: number;
  readonly alignment: Terms['alignment'];
  readonly grain: Terms['grain'];
  readonly trialDays: number;
  readonly priceCount: number;
  readonly versionId: Id<'plv'> | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** The drafts of a plan, in the order in which they were begun. */
export const DRAFT_LIST: List = { name: 'Plan.drafts', idPrefix: 'pld', orderBy: 'CREATED_AT_ASC' };

/** Drafts by id. */
export async function draftsById(tx: Queryable, ids: readonly string[]): Promise<DraftRow[]> {
  return tx.query<DraftRow>(`SELECT ${COLUMNS} FROM {t}.plans_plan_draft WHERE id = ANY($1)`, [ids]);
}

/** The same page of the drafts of several plans, and one more of each. */
export async function draftsOfPlans(
  tx: Queryable,
  { planIds, status }: { readonly planIds: readonly string[]; readonly status: string | null },
  page: Page,
): Promise<DraftRow[]> {
  const where = [[status, (parameter: string) => `status = ${parameter}`]] as const;
  const { sql, params } = pageSql(page, { id: 'id', taken: 1, where });
  return tx.query<DraftRow>(
    `SELECT d.* FROM unnest($1::text[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM {t}.plans_plan_draft WHERE plan_id = p.id${sql}) d`,
    [planIds, ...params],
  );
}

const COLUMNS = `
  id, plan_id AS "planId", based_on AS "basedOn", status, interval, interval_count AS "intervalCount", alignment, grain,
  trial_days AS "trialDays", minimums, thresholds, entitlements, price_count AS "priceCount", version_id AS "versionId",
  created_at AS "createdAt", updated_at AS "updatedAt"`;
