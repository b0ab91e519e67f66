import type { Queryable } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/connection';
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

export interface PaymentFilter {
  readonly invoiceId: string | null;
  readonly customerId: string | null;
  /** The customer that a portal token is limited to. */
  readonly limit: string | null;
}

/** Newest first, one more than the page shows. */
export async function pagePayments(tx: Queryable, filter: PaymentFilter, page: Page): Promise<PaymentRow[]> {
  return tx.query<PaymentRow>(
    `SELECT ${COLUMNS} FROM {t}.payment
     WHERE ($1::text IS NULL OR invoice_id = $1) AND ($2::text IS NULL OR customer_id = $2)
       AND ($3::text IS NULL OR customer_id = $3) AND ($4::text IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $5`,
    [filter.invoiceId, filter.customerId, filter.limit, page.after, page.limit + 1],
  );
}

/** Of many customers at once, oldest first, one more of each than the page shows. */
export async function pagePaymentsOfCustomers(
  tx: Queryable,
  customerIds: readonly string[],
  page: Page,
): Promise<PaymentRow[]> {
  return tx.query<PaymentRow>(
    `SELECT p.* FROM unnest($1::text[]) AS c(customer_id)
     CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM {t}.payment
       WHERE payment.customer_id = c.customer_id AND ($2::text IS NULL OR id > $2)
       ORDER BY id LIMIT $3) p`,
    [customerIds, page.after, page.limit + 1],
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

/** Payments of an invoice that are neither declined nor cancelled nor given back. */
export async function findStanding(tx: Queryable, invoiceId: string): Promise<StandingPayments> {
  const rows = await tx.query<PaymentRow>(
    `SELECT ${COLUMNS} FROM {t}.payment
     WHERE invoice_id = $1 AND status NOT IN ('declined', 'cancelled', 'refunded') ORDER BY id`,
    [invoiceId],
  );
  return {
    live: rows.find(({ status }) => status !== 'succeeded') ?? null,
    captured: rows.filter(({ status }) => status === 'succeeded'),
  };
}

/** What these payments have captured together. Where a row does not say how much, it was all. */
export function capturedMinor({ captured }: StandingPayments): bigint {
  return captured.reduce((sum, one) => sum + BigInt(one.captured_minor ?? one.amount_minor), 0n);
}
