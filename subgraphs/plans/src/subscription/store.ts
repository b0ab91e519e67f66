import { encodeJson } from '@tollgate/kernel/codec';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { pageSql, within, type List, type Page, type Statement } from '@tollgate/runtime/graphql/list';
import type { Sort } from '@tollgate/runtime/graphql/sort';
import type { Viewer } from '../catalogue/store/product.js';
import type { QuerySubscriptionsArgs } from '../generated/graphql.js';
import type { Neighbour } from './domain/neighbour.js';
import type { SubscriptionState } from './domain/state.js';
import { rowOf, type SubscriptionRow } from './store/row.js';

export { rowOf, statusOf, type SubscriptionRow } from './store/row.js';

/** The table of subscriptions. */
export const SUBSCRIPTIONS: Projection<SubscriptionState> = {
  table: 'plans_subscription',
  key: ['id'],
  columns: [
    'id',
    'external_id',
    'metadata',
    'created_at',
    'customer_id',
    'plan_id',
    'plan_version_id',
    'status',
    'quantity',
    'currency',
    'time_zone',
    'starts_on',
    'period_index',
    'period_from',
    'period_to',
    'activates_until',
    'cancel_at',
    'ended_at',
    'meter_ids',
    'addons',
    'contract_id',
    'revision',
  ],
  rows: (state, { version }) => {
    if (state.status === 'none') return [];
    const row = rowOf(state, version);
    return [{ ...row, addons: encodeJson(row.addons) }];
  },
};

/** Subscriptions by id, as far as the viewer may see them. */
export async function subscriptionsById(
  tx: Queryable,
  ids: readonly string[],
  viewer: Viewer,
): Promise<SubscriptionRow[]> {
  return tx.query<SubscriptionRow>(
    `SELECT * FROM {t}.plans_subscription WHERE id = ANY($1) AND ($2::text IS NULL OR customer_id = $2)`,
    [ids, viewer],
  );
}

const BY_START: Sort<SubscriptionRow> = {
  kind: 'date',
  column: 'starts_on',
  keyOf: ({ starts_on: startsOn }) => startsOn,
};

/** The subscriptions of a tenant. */
export const SUBSCRIPTION_LIST: List = {
  name: 'subscriptions',
  idPrefix: 'sub',
  orderBy: 'CREATED_AT_ASC',
  sorts: { STARTS_ON: BY_START },
};

export type SubscriptionFilter = Pick<
  QuerySubscriptionsArgs,
  'customerId' | 'planId' | 'planVersionId' | 'status' | 'externalId' | 'created'
>;

/** Finds a page of subscriptions, and one more. */
export function selectSubscriptions(page: Page, filter: SubscriptionFilter): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.planId, (parameter) => `plan_id = ${parameter}`],
      [filter.planVersionId, (parameter) => `plan_version_id = ${parameter}`],
      [filter.status, (parameter) => `status = ${parameter}`],
      [filter.externalId, (parameter) => `external_id = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  return { text: `SELECT * FROM {t}.plans_subscription WHERE true${sql}`, params };
}

/** The same page of the subscriptions of several customers, and one more of each. */
export async function subscriptionsOfCustomers(
  tx: Queryable,
  { customerIds, status }: { readonly customerIds: readonly string[]; readonly status: string | null },
  page: Page,
): Promise<SubscriptionRow[]> {
  const where = [[status, (parameter: string) => `status = ${parameter}`]] as const;
  const { sql, params } = pageSql(page, { id: 'id', taken: 1, where });
  return tx.query<SubscriptionRow>(
    `SELECT s.* FROM unnest($1::text[]) AS c(id) CROSS JOIN LATERAL (
       SELECT * FROM {t}.plans_subscription WHERE customer_id = c.id${sql}) s`,
    [customerIds, ...params],
  );
}

/**
 * A customer's subscriptions that ever started or still will, with the usage that they alone may bill: of meters whose
 * events name their subscription each bills its own.
 */
export async function neighboursOf(tx: TenantTx, customerId: string): Promise<Neighbour[]> {
  return tx.query<Neighbour>(
    `SELECT id AS "subscriptionId", coalesce(ended_at, cancel_at) AS until,
       array(SELECT m FROM unnest(meter_ids) AS m
         WHERE NOT EXISTS (
           SELECT FROM {t}.plans_meter n WHERE n.id = split_part(m, ' ', 1) AND n.names_subscription)) AS usage
     FROM {t}.plans_subscription
     WHERE customer_id = $1 AND NOT (status = 'ENDED' AND period_index IS NULL) ORDER BY id`,
    [customerId],
  );
}

/** Subscriptions of these customers whose period ends then, and those that have not begun. */
export async function dueBeside(
  tx: TenantTx,
  customerIds: readonly string[],
  dueAt: Instant,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM {t}.plans_subscription
     WHERE customer_id = ANY($1) AND (period_to = $2 OR status = 'SCHEDULED')`,
    [customerIds, dueAt],
  );
  return rows.map(({ id }) => id);
}

/** Those of these subscriptions that wait for the payment of their first invoice. */
export async function incompleteOf(tx: Queryable, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM {t}.plans_subscription WHERE id = ANY($1) AND status = 'INCOMPLETE'`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Subscriptions of a customer to which something happens by itself until then. */
export async function dueUntil(tx: TenantTx, customerId: string, until: Instant): Promise<string[]> {
  const sql = `SELECT id FROM {t}.plans_subscription WHERE customer_id = $1 AND status NOT IN ('PAUSED', 'ENDED')
    AND (period_to <= $2 OR status = 'SCHEDULED') ORDER BY id LIMIT 500`;
  return (await tx.query<{ id: string }>(sql, [customerId, until])).map(({ id }) => id);
}
/** Whether a subscription has the external id; nobody else can take it before the transaction ends. */
export async function isExternalIdTaken(tx: TenantTx, externalId: string | null): Promise<boolean> {
  if (externalId === null) return false;
  lock(tx, 'subscription-external-id', `${tx.scope.tenantId}/${externalId}`);
  const sql = 'SELECT 1 FROM {t}.plans_subscription WHERE external_id = $1';
  return (await tx.query(sql, [externalId])).length > 0;
}
