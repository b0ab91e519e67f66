import { encodeJson } from '@tollgate/kernel/codec';
import type { Id } from '@tollgate/kernel/id';
import type { Metadata } from '@tollgate/kernel/labels';
import type { Instant } from '@tollgate/kernel/time/time';
import { aggregate } from '@tollgate/runtime/command/aggregate';
import type { ProjectedRow, Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import {
  matching,
  pageSql,
  within,
  type List,
  type Page,
  type Statement,
} from '@tollgate/runtime/graphql/list';
import { alphabetical, type Sort } from '@tollgate/runtime/graphql/sort';
import type { QueryPlansArgs } from '../../generated/graphql.js';
import { currentVersion, planDecider, type Plan } from '../domain/plan.js';
import { messagesOf } from '../events.js';
import type { Interval, PlanVersion } from '../domain/terms.js';
import type { Viewer } from './product.js';

/** A plan with the billing period of its current version. */
export interface PlanRow {
  readonly id: Id<'pln'>;
  readonly productId: Id<'prd'>;
  readonly name: string;
  readonly code: string;
  readonly versionId: Id<'plv'>;
  readonly interval: IntervalColumn;
  readonly intervalCount: number;
  readonly externalId: string | null;
  readonly metadata: Metadata;
  readonly createdAt: Instant;
  /** Since when nobody new gets on it; null while it is on sale. */
  readonly archivedAt: Instant | null;
}

/** How the column writes the unit of an interval. */
export type IntervalColumn = Uppercase<Interval['unit']>;

const PLANS: Projection<Plan | null> = {
  table: 'plans_plan',
  key: ['id'],
  columns: [
    'id',
    'product_id',
    'name',
    'code',
    'external_id',
    'metadata',
    'current_version',
    'created_at',
    'archived_at',
  ],
  rows: (plan) => {
    if (plan === null) return [];
    const { id, productId, name, code, externalId, metadata, versions, archivedAt } = plan;
    const labels = { external_id: externalId, metadata: { ...metadata } };
    const times = { created_at: versions[0]?.publishedAt, archived_at: archivedAt };
    const current = currentVersion(plan).id;
    return [{ id, product_id: productId, name, code, ...labels, current_version: current, ...times }];
  },
};

const VERSIONS: Projection<Plan | null> = {
  table: 'plans_plan_version',
  key: ['id'],
  owner: 'plan_id',
  columns: [
    'id',
    'plan_id',
    'number',
    'interval',
    'interval_count',
    'alignment',
    'grain',
    'trial_days',
    'minimums',
    'thresholds',
    'price_count',
    'prices',
    'entitlements',
    'published_at',
  ],
  rows: (plan) => (plan?.versions ?? []).map(versionRow),
};

const versionRows = new WeakMap<PlanVersion, ProjectedRow>();

/** A version never changes, so that its row is made once: what is the same before and after is not written again. */
function versionRow(version: PlanVersion): ProjectedRow {
  const row = versionRows.get(version) ?? newVersionRow(version);
  versionRows.set(version, row);
  return row;
}

function newVersionRow(version: PlanVersion): ProjectedRow {
  return {
    id: version.id,
    plan_id: version.planId,
    number: version.number,
    interval: version.interval.unit.toUpperCase(),
    interval_count: version.interval.count,
    alignment: version.alignment,
    grain: version.grain,
    trial_days: version.trialDays,
    minimums: encodeJson(version.minimums),
    thresholds: encodeJson(version.thresholds),
    price_count: version.prices.length,
    prices: encodeJson(version.prices),
    entitlements: encodeJson(version.entitlements),
    published_at: version.publishedAt,
  };
}

/** Plans with their versions. */
export const plans = aggregate({
  name: 'plan',
  idPrefix: 'pln',
  decider: planDecider,
  projections: [PLANS, VERSIONS],
  messages: messagesOf,
});

/** Whether a plan has the code; nobody else can take it before the transaction ends. */
export async function isCodeTaken(tx: TenantTx, code: string): Promise<boolean> {
  lock(tx, 'plan-code', `${tx.scope.tenantId}/${code}`);
  return (await tx.query('SELECT 1 FROM {t}.plans_plan WHERE code = $1', [code])).length > 0;
}

/** Whether a plan has the external id; nobody else can take it before the transaction ends. */
export async function isExternalIdTaken(tx: TenantTx, externalId: string | null): Promise<boolean> {
  if (externalId === null) return false;
  lock(tx, 'plan-external-id', `${tx.scope.tenantId}/${externalId}`);
  return (await tx.prisma.plansPlan.count({ where: { externalId } })) > 0;
}

/** Plans by id, as far as the viewer may see them. */
export async function plansById(tx: Queryable, ids: readonly string[], viewer: Viewer): Promise<PlanRow[]> {
  return tx.query<PlanRow>(`${PLAN_SQL} AND r.id = ANY($2)`, [viewer, ids]);
}

const BY_NAME: Sort<PlanRow> = {
  kind: 'text',
  column: 'r.name',
  compared: alphabetical,
  keyOf: ({ name }) => name,
};

/** The plans of a tenant. */
export const PLAN_LIST: List = {
  name: 'plans',
  idPrefix: 'pln',
  orderBy: 'CREATED_AT_ASC',
  sorts: { NAME: BY_NAME },
};

export type PlanFilter = Pick<
  QueryPlansArgs,
  'productId' | 'customerId' | 'code' | 'externalId' | 'archived' | 'created' | 'search'
> & {
  readonly viewer: Viewer;
};

/** Finds a page of plans, and one more. */
export function selectPlans(
  page: Page,
  { viewer, productId, customerId, code, externalId, archived, created, search }: PlanFilter,
): Statement {
  const { sql, params } = pageSql(page, {
    id: 'r.id',
    taken: 1,
    where: [
      [productId, (parameter) => `r.product_id = ${parameter}`],
      [customerId, (parameter) => hasOn(parameter)],
      [code, (parameter) => `r.code = ${parameter}`],
      [externalId, (parameter) => `r.external_id = ${parameter}`],
      [archived, (parameter) => `(r.archived_at IS NOT NULL) = ${parameter}`],
      ...within('r.created_at', created),
      matching(['r.name', 'r.code'], 'contains', search),
    ],
  });
  return { text: `${PLAN_SQL}${sql}`, params: [viewer, ...params] };
}

/** Whether a customer is, or was, subscribed to the plan. */
function hasOn(customer: string): string {
  return `EXISTS (
    SELECT 1 FROM {t}.plans_subscription s WHERE s.customer_id = ${customer} AND s.plan_id = r.id)`;
}

const PLAN_SQL = `
  SELECT r.id, r.product_id AS "productId", r.name, r.code, r.current_version AS "versionId",
    v.interval, v.interval_count AS "intervalCount", r.external_id AS "externalId", r.metadata,
    r.created_at AS "createdAt", r.archived_at AS "archivedAt"
  FROM {t}.plans_plan r JOIN {t}.plans_plan_version v ON v.id = r.current_version
  WHERE ($1::text IS NULL OR ${hasOn('$1')})`;
