import {
  matching,
  pageSql,
  within,
  type List,
  type Page,
  type Statement,
  type TimeRange,
} from '@tollgate/runtime/graphql/list';
import type { Sort } from '@tollgate/runtime/graphql/sort';
import type { Projection, ProjectedRow } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { coversUntil } from './domain/covering.js';
import { subscriptionsOf } from './domain/joint.js';
import type { Invoice, InvoiceState } from './domain/state.js';
import { PRESENT, STATE, statePartsOf, stored, type StateRow, type StoredInvoice } from './stored.js';

export { STATE, stored, type StateRow, type StoredInvoice } from './stored.js';

export interface InvoiceFilter {
  readonly customerId: string | null;
  /** Who pays it, the customer that it bills or another one. */
  readonly payerId?: string | null | undefined;
  readonly status: Invoice['status'] | null;
  readonly currency?: string | null | undefined;
  readonly number?: string | null | undefined;
  /** A part of the number. */
  readonly search?: string | null | undefined;
  readonly subscriptionId?: string | null | undefined;
  readonly created?: TimeRange | null | undefined;
}

const BY_TOTAL: Sort<StateRow> = {
  kind: 'numeric',
  column: 'total_minor',
  keyOf: (row) => stored(row).invoice.totals.totalMinor.toString(),
};

/** The invoices of a tenant. */
export const INVOICE_LIST: List = {
  name: 'invoices',
  idPrefix: 'inv',
  orderBy: 'CREATED_AT_ASC',
  sorts: { TOTAL: BY_TOTAL },
};

/** The invoices of a customer. */
export const CUSTOMER_INVOICES: List = { ...INVOICE_LIST, name: 'Customer.invoices' };

/** What lists filter by, and the folded state. */
export const INVOICES: Projection<InvoiceState> = {
  table: 'invoices_invoice',
  key: ['id'],
  columns: [
    'id',
    'customer_id',
    'payer_id',
    'subscription_id',
    'origin',
    'status',
    'number',
    'currency',
    'total_minor',
    'revision',
    'created_at',
    'covers_until',
    'coupon_ids',
    'paid_period',
    'joint_ids',
    'coupon_periods',
    'state',
    'progress',
  ],
  written: 'state',
  present: PRESENT,
  rows: (invoice, { id }) => (invoice.status === 'none' ? [] : [rowOf(id, invoice)]),
};

function rowOf(id: string, invoice: Invoice): ProjectedRow {
  const { basis, totals, status } = invoice;
  return {
    id,
    customer_id: basis.customerId,
    payer_id: basis.payerId ?? null,
    subscription_id: basis.subscriptionId,
    origin: basis.origin,
    status,
    number: status === 'draft' ? null : invoice.number,
    currency: basis.currency,
    total_minor: totals.totalMinor.toString(),
    revision: invoice.revision,
    created_at: invoice.createdAt,
    covers_until: coversUntil(basis),
    coupon_ids: invoice.discountedBy === undefined ? null : [...invoice.discountedBy],
    paid_period: basis.paidPeriod ?? null,
    joint_ids: basis.joint === undefined ? null : subscriptionsOf(basis),
    coupon_periods: couponPeriods(invoice),
    ...statePartsOf(invoice),
  };
}

/** Beside the coupons that discounted a joint invoice: the period of each one's subscription. */
function couponPeriods({ basis, discountedBy }: Invoice): (number | null)[] | null {
  if (basis.joint === undefined || discountedBy === undefined) return null;
  const periods = new Map(basis.coupons?.map(({ id, period }) => [id, period]));
  return discountedBy.map((id) => periods.get(id) ?? null);
}

/**
 * One writer of a tenant's invoices at a time, until its transaction ends. They would wait for each other at the
 * counter anyway; waiting here, before the first read, nobody decides on what has just changed. Whoever writes takes
 * it first, also for copies: a transaction that has written and then waits would publish before the one it waits for.
 */
export function lockInvoices(tx: TenantTx): void {
  if (tx.rehearsal !== null || locked.has(tx)) return;
  locked.add(tx);
  // Whatever is read or written afterwards stands behind it, in the same write or a later one.
  tx.post('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [`${tx.scope.tenantId}/invoices`]);
}

/** Transactions that hold the lock already. */
const locked = new WeakSet<TenantTx>();

/** Invoices by id, in no order; ids that are unknown are missing. */
export async function findInvoices(tx: Queryable, ids: readonly string[]): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(`SELECT ${STATE} FROM {t}.invoices_invoice WHERE id = ANY($1)`, [
    ids,
  ]);
  return rows.map(stored);
}

/** Finds a page of the invoices that pass the filter, and one more. */
export function selectInvoices(page: Page, filter: InvoiceFilter): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.payerId, paidBy],
      [filter.status, (parameter) => `status = ${parameter}`],
      [filter.currency, (parameter) => `currency = ${parameter}`],
      [filter.number, (parameter) => `number = ${parameter}`],
      matching(['number'], 'contains', filter.search),
      [
        filter.subscriptionId,
        (parameter) => `(subscription_id = ${parameter} OR joint_ids @> ARRAY[${parameter}::text])`,
      ],
      ...within('created_at', filter.created),
    ],
  });
  return { text: `SELECT ${STATE} FROM {t}.invoices_invoice WHERE true${sql}`, params };
}

/** The same page of several customers' invoices, and one more of each, by customer id. */
export async function listByCustomer(
  tx: Queryable,
  {
    customerIds,
    status,
  }: { readonly customerIds: readonly string[]; readonly status: InvoiceFilter['status'] },
  page: Page,
): Promise<Map<string, StoredInvoice[]>> {
  const where = [[status, (parameter: string) => `status = ${parameter}`]] as const;
  const { sql, params } = pageSql(page, { id: 'id', taken: 1, where });
  const rows = await tx.query<StateRow & { customer_id: string }>(
    `SELECT i.* FROM unnest($1::text[]) AS c(id) CROSS JOIN LATERAL (
       SELECT customer_id, ${STATE} FROM {t}.invoices_invoice WHERE customer_id = c.id${sql}) i`,
    [customerIds, ...params],
  );
  const found = new Map<string, StoredInvoice[]>(customerIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.customer_id)?.push(stored(row));
  return found;
}

function paidBy(parameter: string): string {
  return `(payer_id = ${parameter} OR payer_id IS NULL AND customer_id = ${parameter})`;
}

/** Which of these invoices are drafts. */
export async function findDrafts(tx: Queryable, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM {t}.invoices_invoice WHERE id = ANY($1) AND status = 'draft'`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Drafts of these customers, in the order in which they were made. */
export async function findCustomerDrafts(tx: Queryable, customerIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM {t}.invoices_invoice WHERE customer_id = ANY($1) AND status = 'draft' ORDER BY id`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}

/** A page of drafts of which it was not known how they are taxed, by id. */
export async function findAwaiting(
  tx: Queryable,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<{ readonly id: string; readonly customerId: string }[]> {
  return tx.query(
    `SELECT id, customer_id AS "customerId" FROM {t}.invoices_invoice WHERE status = 'draft' AND id > $1
       AND (state #>> '{basis,tax,treatment}' = 'pending' OR state #>> '{basis,tax,unknownRates}' = 'hold')
     ORDER BY id LIMIT $2`,
    [after, limit],
  );
}

/** All invoices of these subscriptions but void ones. */
export async function findStandingInvoices(
  tx: Queryable,
  subscriptionIds: readonly string[],
): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(
    `SELECT ${STATE} FROM {t}.invoices_invoice WHERE (subscription_id = ANY($1) OR joint_ids && $1::text[]) AND status <> 'void'`,
    [subscriptionIds],
  );
  return rows.map(stored);
}
