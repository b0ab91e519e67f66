import type { Queryable } from '@tollgate/runtime/database/db';
import {
  pageSql,
  within,
  type List,
  type Page,
  type Statement,
  type TimeRange,
} from '@tollgate/runtime/graphql/list';
import type { Sort } from '@tollgate/runtime/graphql/sort';
import { PAYMENT_COLUMNS, type PaymentRow } from './row.js';

/** More payments of one invoice are not shown at once. */
export const INVOICE_PAYMENTS_MAX = 50;

const COLUMNS = PAYMENT_COLUMNS.join(', ');

/** Payments by id, of one customer where there is a limit; unknown ones are missing. */
export async function findPayments(
  tx: Queryable,
  ids: readonly string[],
  customer: string | null,
): Promise<PaymentRow[]> {
  return tx.query<PaymentRow>(
    `SELECT ${COLUMNS} FROM {t}.payment WHERE id = ANY($1) AND ($2::text IS NULL OR customer_id = $2)`,
    [ids, customer],
  );
}

/** What is tried again by itself while no provider can be reached is shown as declined. */
const SHOWN_STATUS = `CASE status WHEN 'unavailable' THEN 'declined' ELSE status END`;

export interface PaymentFilter {
  readonly invoiceId: string | null;
  readonly customerId: string | null;
  /** The customer that a portal token is limited to. */
  readonly limit: string | null;
  readonly status?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly reference?: string | null | undefined;
  readonly created?: TimeRange | null | undefined;
}

const BY_AMOUNT: Sort<PaymentRow> = {
  kind: 'numeric',
  column: 'amount_minor',
  keyOf: ({ amount_minor: minor }) => minor,
};

/** The payments of a tenant. */
export const PAYMENT_LIST: List = {
  name: 'payments',
  idPrefix: 'pay',
  orderBy: 'CREATED_AT_DESC',
  sorts: { AMOUNT: BY_AMOUNT },
};

/** The payments of a customer. */
export const CUSTOMER_PAYMENTS: List = {
  name: 'Customer.payments',
  idPrefix: 'pay',
  orderBy: 'CREATED_AT_ASC',
};

/** Finds a page of payments, and one more. */
export function selectPayments(page: Page, filter: PaymentFilter): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.invoiceId, (parameter) => `invoice_id = ${parameter}`],
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.limit, (parameter) => `customer_id = ${parameter}`],
      [filter.status, (parameter) => `${SHOWN_STATUS} = lower(${parameter})`],
      [filter.currency, (parameter) => `currency = ${parameter}`],
      [filter.reference, (parameter) => `reference = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  return { text: `SELECT ${COLUMNS} FROM {t}.payment WHERE true${sql}`, params };
}

/** Of many customers at once, one more of each than the page shows. */
export async function pagePaymentsOfCustomers(
  tx: Queryable,
  customerIds: readonly string[],
  page: Page,
): Promise<PaymentRow[]> {
  const { sql, params } = pageSql(page, { id: 'id', taken: 1 });
  return tx.query<PaymentRow>(
    `SELECT p.* FROM unnest($1::text[]) AS c(customer_id)
     CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM {t}.payment WHERE payment.customer_id = c.customer_id${sql}) p`,
    [customerIds, ...params],
  );
}

/** Payments of many invoices at once, newest first. */
export async function findPaymentsOfInvoices(
  tx: Queryable,
  invoiceIds: readonly string[],
  customer: string | null,
): Promise<PaymentRow[]> {
  return tx.query<PaymentRow>(
    `SELECT p.* FROM unnest($1::text[]) AS i(invoice_id)
     CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM {t}.payment
       WHERE payment.invoice_id = i.invoice_id AND ($2::text IS NULL OR customer_id = $2)
       ORDER BY id DESC LIMIT ${INVOICE_PAYMENTS_MAX}) p`,
    [invoiceIds, customer],
  );
}

/** Payments of an invoice that may come to something or have: the one under way, and those that captured. */
export interface StandingPayments {
  readonly live: PaymentRow | null;
  readonly captured: readonly PaymentRow[];
}

const NONE: StandingPayments = { live: null, captured: [] };

/** Payments of an invoice that are neither declined nor cancelled nor given back. */
export async function findStanding(tx: Queryable, invoiceId: string): Promise<StandingPayments> {
  return (await findStandings(tx, [invoiceId]))(invoiceId);
}

/** The same for several invoices at once. */
export async function findStandings(
  tx: Queryable,
  invoiceIds: readonly string[],
): Promise<(invoiceId: string) => StandingPayments> {
  const rows = await tx.query<PaymentRow>(
    `SELECT ${COLUMNS} FROM {t}.payment
     WHERE invoice_id = ANY($1) AND status NOT IN ('declined', 'cancelled', 'refunded') ORDER BY id`,
    [invoiceIds],
  );
  const standing = new Map<string, StandingPayments>();
  for (const row of rows) {
    const { live, captured } = standing.get(row.invoice_id) ?? NONE;
    standing.set(
      row.invoice_id,
      row.status === 'succeeded' ? { live, captured: [...captured, row] } : { live: live ?? row, captured },
    );
  }
  return (invoiceId) => standing.get(invoiceId) ?? NONE;
}

/** What these payments have captured together. Where a row does not say how much, it was all. */
export function capturedMinor({ captured }: StandingPayments): bigint {
  return captured.reduce((sum, one) => sum + BigInt(one.captured_minor ?? one.amount_minor), 0n);
}
