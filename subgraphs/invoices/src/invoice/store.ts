import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import type { Invoice } from './domain/invoice.js';

/** An invoice as it is shown: its id and the folded state. */
export interface StoredInvoice {
  readonly id: string;
  readonly invoice: Invoice;
}

export interface InvoiceFilter {
  readonly customerId: string | null;
  readonly status: Invoice['status'] | null;
}

/** A projected row: a pure function of the folded state, so that a replay can be compared with it. */
export interface InvoiceRow {
  readonly id: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly origin: string;
  readonly status: string;
  readonly number: string | null;
  readonly currency: string;
  readonly total_minor: string;
  readonly revision: number;
  readonly created_at: string;
  readonly state: JsonValue;
}

/** Invoices that a customer's watchers get first. */
export const LATEST_MAX = 50;

export function rowOf({ id, invoice }: StoredInvoice): InvoiceRow {
  return {
    id,
    customer_id: invoice.basis.customerId,
    subscription_id: invoice.basis.subscriptionId,
    origin: invoice.basis.origin,
    status: invoice.status,
    number: invoice.status === 'draft' ? null : invoice.number,
    currency: invoice.basis.currency,
    total_minor: invoice.totals.totalMinor.toString(),
    revision: invoice.revision,
    created_at: invoice.createdAt,
    state: encodeJson(invoice),
  };
}

/**
 * One writer of a tenant's invoices at a time, until its transaction ends. They would wait for each other at the
 * counter anyway; waiting here, before the first read, nobody decides on what has just changed. Whoever writes takes
 * it first, also for copies: a transaction that has written and then waits would publish before the one it waits for.
 */
export async function lockInvoices(tx: TenantTx): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [`${tx.scope.tenantId}/invoices`]);
}

/** The first of `count` consecutive numbers. The counter row rolls back with its transaction, so there are no gaps. */
export async function takeNumbers(tx: TenantTx, count: number): Promise<bigint> {
  const [row] = await tx.query<{ last: bigint }>(
    `INSERT INTO {t}.invoices_counter (name, last) VALUES ('invoice', $1)
     ON CONFLICT (name) DO UPDATE SET last = {t}.invoices_counter.last + excluded.last RETURNING last`,
    [count],
  );
  return (row?.last ?? 0n) - BigInt(count) + 1n;
}

/** Writes the rows of invoices that changed, in one statement. */
export async function writeInvoices(tx: TenantTx, invoices: readonly StoredInvoice[]): Promise<void> {
  if (invoices.length === 0) return;
  const rows = invoices.map(rowOf);
  await tx.query(WRITE_SQL, [
    rows.map((row) => row.id),
    rows.map((row) => row.customer_id),
    rows.map((row) => row.subscription_id),
    rows.map((row) => row.origin),
    rows.map((row) => row.status),
    rows.map((row) => row.number),
    rows.map((row) => row.currency),
    rows.map((row) => row.total_minor),
    rows.map((row) => row.revision),
    rows.map((row) => row.created_at),
    rows.map((row) => JSON.stringify(row.state)),
  ]);
}

const WRITE_SQL = `
  INSERT INTO {t}.invoices_invoice
    (id, customer_id, subscription_id, origin, status, number, currency, total_minor, revision, created_at, state)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::numeric[], $9::int[], $10::timestamptz[], $11::jsonb[])
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, number = excluded.number,
    total_minor = excluded.total_minor, revision = excluded.revision, state = excluded.state`;

/** Invoices by id, in no order; ids that are unknown are missing. */
export async function findInvoices(tx: Queryable, ids: readonly string[]): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>('SELECT id, state FROM {t}.invoices_invoice WHERE id = ANY($1)', [
    ids,
  ]);
  return rows.map(stored);
}

/** One more row than the page shows, by id. */
export async function listInvoices(
  tx: Queryable,
  filter: InvoiceFilter,
  page: Page,
): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(
    `SELECT id, state FROM {t}.invoices_invoice
     WHERE ($1::text IS NULL OR customer_id = $1) AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id > $3)
     ORDER BY id LIMIT $4`,
    [filter.customerId, filter.status, page.after, page.limit + 1],
  );
  return rows.map(stored);
}

/** The same page of several customers' invoices, by customer id. */
export async function listByCustomer(
  tx: Queryable,
  customerIds: readonly string[],
  page: Page,
): Promise<Map<string, StoredInvoice[]>> {
  const rows = await tx.query<StateRow & { customer_id: string }>(
    `SELECT i.* FROM unnest($1::text[]) AS c(id) CROSS JOIN LATERAL (
       SELECT customer_id, id, state FROM {t}.invoices_invoice
       WHERE customer_id = c.id AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3) i ORDER BY i.id`,
    [customerIds, page.after, page.limit + 1],
  );
  const found = new Map<string, StoredInvoice[]>(customerIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.customer_id)?.push(stored(row));
  return found;
}

/** A customer's newest invoices, the oldest of them first. */
export async function latestInvoices(tx: TenantTx, customerId: string): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(
    'SELECT id, state FROM {t}.invoices_invoice WHERE customer_id = $1 ORDER BY id DESC LIMIT $2',
    [customerId, LATEST_MAX],
  );
  return rows.map(stored).reverse();
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

/** All invoices of these subscriptions but void ones. */
export async function findStandingInvoices(
  tx: Queryable,
  subscriptionIds: readonly string[],
): Promise<StoredInvoice[]> {
  const rows = await tx.query<StateRow>(
    `SELECT id, state FROM {t}.invoices_invoice WHERE subscription_id = ANY($1) AND status <> 'void'`,
    [subscriptionIds],
  );
  return rows.map(stored);
}

/** Which of these subscriptions have the invoice of their start already. */
export async function startedInvoices(
  tx: TenantTx,
  subscriptionIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ subscription_id: string }>(
    `SELECT subscription_id FROM {t}.invoices_invoice WHERE origin = 'start' AND subscription_id = ANY($1)`,
    [subscriptionIds],
  );
  return new Set(rows.map((row) => row.subscription_id));
}

interface StateRow {
  readonly id: string;
  readonly state: JsonValue;
}

/** The state is what `rowOf` wrote: the fold of the invoice's own events. */
function stored({ id, state }: StateRow): StoredInvoice {
  return { id, invoice: decodeJson(state) as Invoice };
}
