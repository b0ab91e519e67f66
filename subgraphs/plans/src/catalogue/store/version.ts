import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import { presentPrice, type VersionV1 } from '../domain/plan-v1.js';
import type { Interval, PlanVersion, Terms } from '../domain/terms.js';
import type { IntervalColumn } from './plan.js';
import type { Viewer } from './product.js';

/** A version without what it costs and allows, which may be large. */
export type VersionHead = Omit<PlanVersion, keyof Contents> & {
  /** In all currencies. */
  readonly priceCount: number;
};

type Contents = Pick<Terms, 'prices' | 'minimums' | 'thresholds' | 'entitlements'>;

/** What a version says besides its prices; null where it does not fit into the answer. */
export interface TermsRead {
  readonly id: string;
  readonly bytes: number;
  readonly terms: Omit<Contents, 'prices'> | null;
}

/** The versions of a plan, in the order of their numbers. */
export const VERSION_LIST: List = { name: 'Plan.versions', idPrefix: 'plv', orderBy: 'CREATED_AT_ASC' };

/** A version, and whether others were told of it: those of before versions were published were not. */
export type KnownVersion = PlanVersion & { readonly announced: boolean };

/** Versions that a process remembers, as many as have about so many prices: they never change. */
const REMEMBERED_PRICES_MAX = 100_000;
const remembered = new Map<string, KnownVersion>();
let rememberedPrices = 0;

/** Versions by id, whole. */
export async function versionsById(tx: TenantTx, ids: readonly string[]): Promise<KnownVersion[]> {
  const nameOf = (id: string) => `${tx.scope.tenantId}/${id}`;
  const known = ids.flatMap((id) => remembered.get(nameOf(id)) ?? []);
  const missing = ids.filter((id) => !known.some((version) => version.id === id));
  if (missing.length === 0) return known;
  const rows = await tx.query<HeadRow & ContentsRow & { readonly announced: boolean }>(
    `SELECT ${HEAD}, ${CONTENTS}, r.announced ${SEEN} AND r.id = ANY($2)`,
    [null, missing],
  );
  const read = rows.map((row) => {
    const { priceCount: _count, ...head } = headOf(row);
    return { ...head, ...contentsOf(row), announced: row.announced };
  });
  for (const version of read) if (version.announced) remember(nameOf(version.id), version);
  return [...known, ...read];
}

function remember(name: string, version: KnownVersion): void {
  rememberedPrices += version.prices.length + 1;
  if (rememberedPrices > REMEMBERED_PRICES_MAX) {
    remembered.clear();
    rememberedPrices = version.prices.length + 1;
  }
  remembered.set(name, version);
}

/** Notes that others were told of a version, with the transaction's next write. */
export function saveAnnounced(tx: TenantTx, versionId: string): void {
  tx.post('UPDATE {t}.plans_plan_version SET announced = true WHERE id = $1', [versionId]);
}

/** Versions by id, as far as the viewer may see them, without what they cost and allow. */
export async function versionHeads(
  tx: Queryable,
  ids: readonly string[],
  viewer: Viewer,
): Promise<VersionHead[]> {
  const rows = await tx.query<HeadRow>(`SELECT ${HEAD} ${SEEN} AND r.id = ANY($2)`, [viewer, ids]);
  return rows.map(headOf);
}

/** What versions say besides their prices, as far as the viewer may see them; up to `maxBytes` in all. */
export async function readTermsOf(
  tx: Queryable,
  ids: readonly string[],
  { viewer, maxBytes }: { readonly viewer: Viewer; readonly maxBytes: number },
): Promise<TermsRead[]> {
  return tx.query<TermsRead>(
    `SELECT v.id, v.bytes, CASE WHEN sum(v.bytes) OVER (ORDER BY v.id) <= $3 THEN jsonb_build_object(
         'minimums', v.minimums, 'thresholds', v.thresholds, 'entitlements', v.entitlements) END AS terms
     FROM (SELECT r.id, r.minimums, r.thresholds, r.entitlements,
       octet_length(r.minimums::text) + octet_length(r.thresholds::text) + octet_length(r.entitlements::text) AS bytes
       ${SEEN} AND r.id = ANY($2)) v`,
    [viewer, ids, maxBytes],
  );
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

interface ContentsRow extends Omit<Contents, 'prices'> {
  readonly prices: PlanVersion['prices'] | VersionV1['prices'];
}

const UNITS: Readonly<Record<IntervalColumn, Interval['unit']>> = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  YEAR: 'year',
};

function headOf(row: HeadRow): VersionHead {
  const { id, planId, number, unit, count, alignment, grain, trialDays, priceCount, publishedAt } = row;
  return {
    id,
    planId,
    number,
    interval: { unit: UNITS[unit], count },
    alignment,
    grain,
    trialDays,
    priceCount,
    publishedAt,
  };
}

/** Rows that were written before prices were the kernel's say them in the old way. */
function contentsOf({ prices, minimums, thresholds, entitlements }: ContentsRow): Contents {
  return { prices: prices.map(presentPrice), minimums, thresholds, entitlements };
}

const CONTENTS = 'r.prices, r.minimums, r.thresholds, r.entitlements';
const HEAD = `
  r.id, r.plan_id AS "planId", r.number, r.interval AS unit, r.interval_count AS count, r.alignment, r.grain,
  r.trial_days AS "trialDays", coalesce(r.price_count, jsonb_array_length(r.prices)) AS "priceCount",
  r.published_at AS "publishedAt"`;

/** A customer sees the versions it is on, and what its plan costs now; not what others once agreed to. */
const SEEN = `
  FROM {t}.plans_plan_version r JOIN {t}.plans_plan p ON p.id = r.plan_id
  WHERE ($1::text IS NULL OR EXISTS (
    SELECT 1 FROM {t}.plans_subscription s WHERE s.customer_id = $1
      AND (s.plan_version_id = r.id OR (s.plan_id = p.id AND p.current_version = r.id))))`;
