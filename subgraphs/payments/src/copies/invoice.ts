import { invoiceFinalised } from '@tollgate/contracts/invoices/invoice';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { FactToWaitFor } from '@tollgate/runtime/command/command';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { CONSUMER } from '../consumer.js';
import { ADDRESSEE, type Addressee } from './addressee.js';

/** What is to be collected, as far as payments knows it; invoices owns it. */
export interface InvoiceCopy {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly number: string;
  readonly due: Money;
  readonly status: 'open' | 'paid' | 'void' | 'uncollectible';
  /** Subscriptions that it is of; none where it is of something else. */
  readonly subscriptionIds: readonly string[];
  /** When payment is due; null where nobody said. */
  readonly dueAt: Instant | null;
  /** It is paid at once or not at all beside the providers; absent = it is not. */
  readonly isTopUp?: boolean;
  /** Null: whoever pays it is not written to; absent where it was not read. */
  readonly addressee?: Addressee | null;
}

interface InvoiceRow {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly number: string;
  readonly currency: Currency;
  readonly due_minor: string;
  readonly status: InvoiceCopy['status'];
  readonly subscription_ids: readonly string[];
  readonly due_at: Instant | null;
  readonly is_top_up: boolean;
  readonly addressee: Addressee | null;
}

const COLUMNS = `invoice_id, customer_id, number, currency, due_minor, status, subscription_ids, due_at, is_top_up`;
const READ = `${COLUMNS}, ${ADDRESSEE}`;

/**
 * Keeps invoices that are to be collected; answers which were not known before, and who is written to about each: only those
 * are collected.
 */
export async function saveInvoices(
  tx: TenantTx,
  invoices: readonly InvoiceCopy[],
): Promise<ReadonlyMap<string, Addressee | null>> {
  const rows = await tx.query<{ invoice_id: string; addressee: Addressee | null }>(
    `INSERT INTO {t}.payments_invoice (${COLUMNS})
     SELECT i, c, n, m, d, s, ARRAY(SELECT jsonb_array_elements_text(u)), a, b
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::jsonb[],
       $8::timestamptz[], $9::boolean[]) AS given(i, c, n, m, d, s, u, a, b)
     ON CONFLICT (invoice_id) DO NOTHING RETURNING invoice_id, ${ADDRESSEE}`,
    [
      invoices.map((one) => one.invoiceId),
      invoices.map((one) => one.customerId),
      invoices.map((one) => one.number),
      invoices.map((one) => one.due.currency),
      invoices.map((one) => one.due.minor.toString()),
      invoices.map((one) => one.status),
      invoices.map((one) => JSON.stringify(one.subscriptionIds)),
      invoices.map((one) => one.dueAt),
      invoices.map((one) => one.isTopUp ?? false),
    ],
  );
  return new Map(rows.map((row) => [row.invoice_id, row.addressee]));
}

/** Keeps that less of an invoice is to be collected, with the transaction's next write. */
export function lowerDue(tx: TenantTx, invoiceId: string, byMinor: bigint): void {
  tx.post('UPDATE {t}.payments_invoice SET due_minor = due_minor - $2::numeric WHERE invoice_id = $1', [
    invoiceId,
    byMinor.toString(),
  ]);
}

/** Keeps that nobody expects invoices to be paid; what is settled or void meanwhile stays so. Locked by id as all are. */
export function writeOff(tx: TenantTx, invoiceIds: readonly string[]): void {
  tx.post(
    `UPDATE {t}.payments_invoice SET status = 'uncollectible' WHERE status = 'open' AND invoice_id = ANY(ARRAY(
       SELECT invoice_id FROM {t}.payments_invoice WHERE invoice_id = ANY($1) ORDER BY invoice_id FOR UPDATE))`,
    [invoiceIds],
  );
}

/** An invoice on which nothing more is collected. */
export interface ClosedInvoice extends Omit<InvoiceCopy, 'subscriptionIds' | 'dueAt' | 'addressee'> {
  readonly status: 'paid' | 'void';
}

/** Keeps that invoices are paid or void, which is final; it may come before the invoice itself does. */
export function closeInvoices(tx: TenantTx, invoices: readonly ClosedInvoice[]): void {
  tx.post(CLOSE_SQL, [
    invoices.map((one) => one.invoiceId),
    invoices.map((one) => one.customerId),
    invoices.map((one) => one.number),
    invoices.map((one) => one.due.currency),
    invoices.map((one) => one.due.minor.toString()),
    invoices.map((one) => one.status),
  ]);
}

/** Of one invoice what was told first. */
const CLOSE_SQL = `
  INSERT INTO {t}.payments_invoice AS known (invoice_id, customer_id, number, currency, due_minor, status)
  SELECT DISTINCT ON (i) i, c, n, m, d, s
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[])
    WITH ORDINALITY AS told(i, c, n, m, d, s, o) ORDER BY i, o
  ON CONFLICT (invoice_id) DO UPDATE SET status = excluded.status
  WHERE known.status IN ('open', 'uncollectible')`;

/** The invoice, locked, so that paying and voiding it pass one after the other. */
export async function lockInvoice(tx: TenantTx, invoiceId: string): Promise<InvoiceCopy | null> {
  const [row] = await tx.query<InvoiceRow>(
    `SELECT ${READ} FROM {t}.payments_invoice WHERE invoice_id = $1 FOR UPDATE`,
    [invoiceId],
  );
  return row === undefined ? null : copyOf(row);
}

/** Several of them, locked in one order, by id; unknown ones are missing. */
export async function lockUnpaid(
  tx: TenantTx,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, InvoiceCopy>> {
  const rows = await tx.query<InvoiceRow>(
    `SELECT ${READ} FROM {t}.payments_invoice WHERE invoice_id = ANY($1) ORDER BY invoice_id FOR UPDATE`,
    [invoiceIds],
  );
  return new Map(rows.map((row) => [row.invoice_id, copyOf(row)]));
}

/** Invoices that these customers have not settled. */
export async function unpaidOf(tx: TenantTx, customerIds: readonly string[]): Promise<InvoiceCopy[]> {
  const rows = await tx.query<InvoiceRow>(
    `SELECT ${READ} FROM {t}.payments_invoice
     WHERE customer_id = ANY($1) AND status IN ('open', 'uncollectible') AND due_at IS NOT NULL ORDER BY invoice_id`,
    [customerIds],
  );
  return rows.map(copyOf);
}

/** An invoice that was finalised: a command on it waits until it has come to our knowledge. */
export function factOfInvoice(invoiceId: string): FactToWaitFor {
  return {
    consumer: CONSUMER,
    contract: invoiceFinalised,
    aggregates: [invoiceId],
    known: (tx: TenantTx) => isInvoiceKnown(tx, invoiceId),
  };
}

async function isInvoiceKnown(tx: TenantTx, invoiceId: string): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM {t}.payments_invoice WHERE invoice_id = $1', [invoiceId]);
  return rows.length === 1;
}

function copyOf(row: InvoiceRow): InvoiceCopy {
  return {
    invoiceId: row.invoice_id,
    customerId: row.customer_id,
    number: row.number,
    due: { minor: BigInt(row.due_minor), currency: row.currency },
    status: row.status,
    subscriptionIds: row.subscription_ids,
    dueAt: row.due_at,
    isTopUp: row.is_top_up,
    addressee: row.addressee,
  };
}

/** Invoices by id; unknown ones are missing. Nobody is kept from changing them. */
export async function findInvoices(
  tx: Queryable,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, InvoiceCopy>> {
  const rows = await tx.query<InvoiceRow>(
    `SELECT ${READ} FROM {t}.payments_invoice WHERE invoice_id = ANY($1)`,
    [invoiceIds],
  );
  return new Map(rows.map((row) => [row.invoice_id, copyOf(row)]));
}
