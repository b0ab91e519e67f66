import type { Id } from '@tollgate/kernel/id';
import type { Metadata } from '@tollgate/kernel/labels';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';
import type { Projection, ProjectedRow } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { pageSql, within, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { Viewer } from '../catalogue/store/product.js';
import type { QuerySubscriptionsArgs } from '../generated/graphql.js';
import type { Neighbour } from './domain/start.js';
import { billedMeters, isOpen, type SubscriptionState } from './domain/state.js';

/** A subscription as queries see it: computed from its stream, and from nothing else. */
export interface SubscriptionRow {
  readonly id: Id<'sub'>;
  readonly external_id: string | null;
  readonly metadata: Metadata;
  /** Null where an earlier release made it. */
  readonly created_at: Instant | null;
  readonly customer_id: Id<'cus'>;
  readonly plan_id: Id<'pln'>;
  readonly plan_version_id: Id<'plv'>;
  readonly status: 'SCHEDULED' | 'ACTIVE' | 'CANCELLING' | 'ENDED';
  readonly quantity: Decimal;
  readonly currency: string;
  readonly time_zone: string;
  readonly starts_on: LocalDate;
  /** The open period's, or the last one's; null where it never started. */
  readonly period_index: number | null;
  readonly period_from: Instant | null;
  readonly period_to: Instant | null;
  readonly cancel_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly meter_ids: readonly string[];
  /** Version of the stream it was computed from. */
  readonly revision: number;
}

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
    'cancel_at',
    'ended_at',
    'meter_ids',
    'revision',
  ],
  rows: (state, { version }) => (state.status === 'none' ? [] : [rowOf(state, version)]),
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

/** The subscriptions of a tenant. */
export const SUBSCRIPTION_LIST: List = {
  name: 'subscriptions',
  idPrefix: 'sub',
  orderBy: 'CREATED_AT_ASC',
};

export type SubscriptionFilter = Pick<
  QuerySubscriptionsArgs,
  'customerId' | 'planId' | 'status' | 'externalId' | 'created'
>;

/** A page of subscriptions, and one more. */
export async function subscriptionPage(
  tx: Queryable,
  page: Page,
  filter: SubscriptionFilter,
): Promise<SubscriptionRow[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.planId, (parameter) => `plan_id = ${parameter}`],
      [filter.status, (parameter) => `status = ${parameter}`],
      [filter.externalId, (parameter) => `external_id = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  return tx.query<SubscriptionRow>(`SELECT * FROM {t}.plans_subscription WHERE true${sql}`, params);
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

/** A customer's subscriptions that ever started or still will, with the meters they bill. */
export async function neighboursOf(tx: TenantTx, customerId: string): Promise<Neighbour[]> {
  return tx.query<Neighbour>(
    `SELECT id AS "subscriptionId", meter_ids AS "meterIds", coalesce(ended_at, cancel_at) AS until
     FROM {t}.plans_subscription
     WHERE customer_id = $1 AND NOT (status = 'ENDED' AND period_index IS NULL) ORDER BY id`,
    [customerId],
  );
}

/** Whether a subscription has the external id; nobody else can take it before the transaction ends. */
export async function isExternalIdTaken(tx: TenantTx, externalId: string | null): Promise<boolean> {
  if (externalId === null) return false;
  lock(tx, 'subscription-external-id', `${tx.scope.tenantId}/${externalId}`);
  const sql = 'SELECT 1 FROM {t}.plans_subscription WHERE external_id = $1';
  return (await tx.query(sql, [externalId])).length > 0;
}

const STATUS = {
  scheduled: 'SCHEDULED',
  active: 'ACTIVE',
  cancelling: 'CANCELLING',
  ended: 'ENDED',
} as const;

function rowOf(state: Exclude<SubscriptionState, { status: 'none' }>, version: number): ProjectedRow {
  const { externalId, metadata, createdAt, terms, startsOn } = state.agreement;
  const open = isOpen(state) ? state : null;
  return {
    id: terms.subscriptionId,
    external_id: externalId,
    metadata: { ...metadata },
    created_at: createdAt,
    customer_id: terms.customerId,
    plan_id: terms.planId,
    plan_version_id: terms.planVersionId,
    status: STATUS[state.status],
    quantity: terms.quantity,
    currency: terms.currency,
    time_zone: terms.timeZone,
    starts_on: startsOn,
    period_index: state.status === 'ended' ? state.lastIndex : (open?.index ?? null),
    period_from: open?.period.from ?? null,
    period_to: open?.period.to ?? null,
    cancel_at: state.status === 'cancelling' ? state.cancelAt : null,
    ended_at: state.status === 'ended' ? state.endedAt : null,
    meter_ids: billedMeters(state.agreement),
    revision: version,
  };
}
