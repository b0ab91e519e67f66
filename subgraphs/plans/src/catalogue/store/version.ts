import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import { presentPrice, type VersionV1 } from '../domain/plan-v1.js';
import type { Interval, PlanVersion, Terms } from '../domain/terms.js';
import type { IntervalColumn } from './plan.js';
import type { Viewer } from './product.js';

/** A version without what it costs and allows, which may be large. */
export type VersionHead = Omit<PlanVersion, 'prices' | 'minimums' | 'entitlements'>;

/** A version as queries read it; `terms` is null where they do not fit into the answer. */
export interface VersionRead {
  readonly head: VersionHead;
  /** Size of the terms. */
  readonly bytes: number;
  readonly terms: Pick<Terms, 'prices' | 'minimums' | 'entitlements'> | null;
}

/** The versions of a plan, in the order of their numbers. */
export const VERSION_LIST: List = { name: 'Plan.versions', idPrefix: 'plv', orderBy: 'CREATED_AT_ASC' };

/** Versions by id, whole. */
export async function versionsById(tx: Queryable, ids: readonly string[]): Promise<KnownVersion[]> {
  const rows = await tx.query<HeadRow & TermsRow & { readonly announced: boolean }>(
    `SELECT ${HEAD}, r.prices, r.minimums, r.entitlements, r.announced ${SEEN} AND r.id = ANY($2)`,
    [null, ids],
  );
  return rows.map((row) => ({ ...headOf(row), ...termsOf(row), announced: row.announced }));
}

/** A version, and whether others were told of it: those of before versions were published were not. */
export type KnownVersion = PlanVersion & { readonly announced: boolean };

/** Notes that others were told of a version, with the transaction's next write. */
export function saveAnnounced(tx: TenantTx, versionId: string): void {
  tx.post('UPDATE {t}.plans_plan_version SET announced = true WHERE id = $1', [versionId]);
}

/** Versions by id, as far as the viewer may see them; their terms up to `maxBytes` in all. */
export async function readVersions(
  tx: Queryable,
  ids: readonly string[],
  { viewer, maxBytes }: { readonly viewer: Viewer; readonly maxBytes: number },
): Promise<VersionRead[]> {
  const rows = await tx.query<HeadRow & { readonly bytes: number; readonly terms: TermsRow | null }>(
    `SELECT v.*, CASE WHEN sum(v.bytes) OVER (ORDER BY v.id) <= $3 THEN v.terms END AS terms FROM (
       SELECT ${HEAD}, octet_length(r.prices::text) + octet_length(r.minimums::text) + octet_length(r.entitlements::text) AS bytes,
         jsonb_build_object('prices', r.prices, 'minimums', r.minimums, 'entitlements', r.entitlements) AS terms
       ${SEEN} AND r.id = ANY($2)) v`,
    [viewer, ids, maxBytes],
  );
  return rows.map(({ terms, bytes, ...row }) => ({
    head: headOf(row),
    bytes,
    terms: terms === null ? null : termsOf(terms),
  }));
}

/** One page of the versions of several plans. */
export async function versionsOfPlans(
  tx: Queryable,
  { planIds, viewer }: { readonly planIds: readonly string[]; readonly viewer: Viewer },
  page: Page,
): Promise<VersionHead[]> {
  const { sql, params } = pageSql(page, {
    id: 'r.number',
    taken: 2,
    keySql: (parameter) => `(SELECT number FROM {t}.plans_plan_version WHERE id = ${parameter})`,
  });
  const rows = await tx.query<HeadRow>(
    `SELECT v.* FROM unnest($2::text[]) WITH ORDINALITY AS o(id, place)
     CROSS JOIN LATERAL (SELECT ${HEAD} ${SEEN} AND r.plan_id = o.id${sql}) v
     ORDER BY o.place, v.number ${page.orderBy === 'CREATED_AT_DESC' ? 'DESC' : 'ASC'}`,
    [viewer, planIds, ...params],
  );
  return rows.map(headOf);
}

interface HeadRow extends Omit<VersionHead, 'interval'> {
  readonly unit: IntervalColumn;
  readonly count: number;
}

interface TermsRow {
  readonly prices: PlanVersion['prices'] | VersionV1['prices'];
  readonly minimums: PlanVersion['minimums'];
  readonly entitlements: PlanVersion['entitlements'];
}

const UNITS: Readonly<Record<IntervalColumn, Interval['unit']>> = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  YEAR: 'year',
};

function headOf(row: HeadRow): VersionHead {
  const { id, planId, number, unit, count, alignment, grain, trialDays, publishedAt } = row;
  return {
    id,
    planId,
    number,
    interval: { unit: UNITS[unit], count },
    alignment,
    grain,
    trialDays,
    publishedAt,
  };
}

/** Rows that were written before prices were the kernel's say them in the old way. */
function termsOf({
  prices,
  minimums,
  entitlements,
}: TermsRow): Pick<Terms, 'prices' | 'minimums' | 'entitlements'> {
  return { prices: prices.map(presentPrice), minimums, entitlements };
}

const HEAD = `
  r.id, r.plan_id AS "planId", r.number, r.interval AS unit, r.interval_count AS count, r.alignment, r.grain,
  r.trial_days AS "trialDays", r.published_at AS "publishedAt"`;

/** A customer sees the versions it is on, and what its plan costs now; not what others once agreed to. */
const SEEN = `
  FROM {t}.plans_plan_version r JOIN {t}.plans_plan p ON p.id = r.plan_id
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s WHERE s.customer_id = $1
      AND (s.plan_version_id = r.id OR (s.plan_id = p.id AND p.current_version = r.id))))`;
