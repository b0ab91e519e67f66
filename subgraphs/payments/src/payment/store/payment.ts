import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { append, readStream } from '@tollgate/runtime/journal/journal';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type { Page } from '@tollgate/runtime/graphql/connection';
import { schedule } from '@tollgate/runtime/timers/timers';
import type { MethodFields } from '../../method/domain/method.js';
import type { PaymentEvent } from '../domain/event.js';
import {
  currentAttempt,
  evolve,
  initial,
  type AttemptOutcome,
  type Payment,
  type PaymentState,
} from '../domain/state.js';
import { nextStep } from '../domain/step.js';
import type { ProviderName } from '../../providers/domain/provider.js';
import { published } from '../events.js';
import { STEP_KIND, STEP_OWNER } from './step.js';

/** More payments of one invoice are not shown at once. */
export const INVOICE_PAYMENTS_MAX = 50;
export const METHODS_MAX = 20;

export type PaymentStatus =
  'pending' | 'processing' | 'succeeded' | 'declined' | 'requires_action' | 'cancelled';

export interface AttemptRow {
  readonly number: number;
  readonly provider: ProviderName;
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  readonly at: Instant;
}

/** A payment as it is shown: computed from the folded stream, never changed by itself. */
export interface PaymentRow {
  readonly id: string;
  readonly version: number;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly provider: ProviderName | null;
  readonly decline_code: string | null;
  readonly reference: string | null;
  readonly attempts: readonly AttemptRow[];
  readonly created_at: Instant;
  readonly settled_at: Instant | null;
}

export interface MethodRow extends MethodFields {
  readonly id: string;
  readonly customerId: string;
  readonly provider: ProviderName;
  readonly createdAt: string;
}

export interface InvoiceRow {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly number: string;
  readonly currency: string;
  readonly due_minor: string;
  readonly status: 'open' | 'paid' | 'void';
}

export interface LoadedPayment {
  readonly version: number;
  readonly state: PaymentState;
}

export async function loadPayment(tx: TenantTx, paymentId: string): Promise<LoadedPayment> {
  const { version, events } = await readStream<PaymentEvent>(tx, paymentId);
  return { version, state: events.reduce<PaymentState>(evolve, initial) };
}

/**
 * Records events with everything that follows from them: row, messages, and the timer of the next step. The timer is
 * named after the stream's version, so that a step which was overtaken is recognised.
 */
export async function recordPayment(
  tx: TenantTx,
  loaded: LoadedPayment,
  events: readonly PaymentEvent[],
  occurredAt: Instant,
): Promise<Payment | null> {
  const payment = events.reduce<PaymentState>(evolve, loaded.state);
  if (payment === null || events.length === 0) return payment;
  const version = loaded.version + events.length;
  await append(tx, [{ stream: payment.id, expectedVersion: loaded.version, events, occurredAt }]);
  await writeRow(tx, rowOf(payment, version));
  await publish(tx, published(payment, events));
  const step = nextStep(payment);
  if (step !== null) {
    const payload = { paymentId: payment.id, version, correlation: tx.scope.correlation };
    const key = `${payment.id}:${version}`;
    await schedule(tx, [{ owner: STEP_OWNER, kind: STEP_KIND, key, dueAt: step.dueAt, payload }]);
  }
  return payment;
}

/** The row that belongs to a payment's state. */
export function rowOf(payment: Payment, version: number): PaymentRow {
  const { phase } = payment;
  const last = currentAttempt(payment);
  return {
    id: payment.id,
    version,
    invoice_id: payment.invoiceId,
    customer_id: payment.customerId,
    amount_minor: payment.money.minor.toString(),
    currency: payment.money.currency,
    status: statusOf(payment),
    provider: last?.provider ?? null,
    decline_code: phase.name === 'declined' ? phase.code : null,
    reference: last?.reference ?? null,
    attempts: payment.attempts.map(({ number, provider, outcome, code, at }) => ({
      number,
      provider,
      outcome,
      code,
      at,
    })),
    created_at: payment.startedAt,
    settled_at: phase.name === 'succeeded' ? phase.at : null,
  };
}

function statusOf({ phase, attempts }: Payment): PaymentStatus {
  switch (phase.name) {
    case 'authorising':
      return attempts.some((one) => one.outcome !== 'pending') ? 'processing' : 'pending';
    case 'confirming':
      return 'requires_action';
    case 'capturing':
      return 'processing';
    case 'succeeded':
    case 'declined':
    case 'cancelled':
      return phase.name;
  }
}

async function writeRow(tx: TenantTx, row: PaymentRow): Promise<void> {
  await tx.query(WRITE_ROW_SQL, [
    row.id,
    row.version,
    row.invoice_id,
    row.customer_id,
    row.amount_minor,
    row.currency,
    row.status,
    row.provider,
    row.decline_code,
    row.reference,
    JSON.stringify(row.attempts),
    row.created_at,
    row.settled_at,
  ]);
}

const COLUMNS = `id, version, invoice_id, customer_id, amount_minor, currency, status, provider, decline_code,
  reference, attempts, created_at, settled_at`;

const WRITE_ROW_SQL = `
  INSERT INTO {t}.payment (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,
    provider = excluded.provider, decline_code = excluded.decline_code, reference = excluded.reference,
    attempts = excluded.attempts, settled_at = excluded.settled_at`;

export async function paymentsById(
  tx: TenantTx,
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
export async function paymentsPage(tx: TenantTx, filter: PaymentFilter, page: Page): Promise<PaymentRow[]> {
  return tx.query<PaymentRow>(
    `SELECT ${COLUMNS} FROM {t}.payment
     WHERE ($1::text IS NULL OR invoice_id = $1) AND ($2::text IS NULL OR customer_id = $2)
       AND ($3::text IS NULL OR customer_id = $3) AND ($4::text IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $5`,
    [filter.invoiceId, filter.customerId, filter.limit, page.after, page.limit + 1],
  );
}

/** Payments of many invoices at once, newest first. */
export async function paymentsOfInvoices(
  tx: TenantTx,
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

/** The one payment of an invoice that is neither declined nor cancelled. */
export async function livePayment(tx: TenantTx, invoiceId: string): Promise<PaymentRow | null> {
  const [row] = await tx.query<PaymentRow>(
    `SELECT ${COLUMNS} FROM {t}.payment WHERE invoice_id = $1 AND status NOT IN ('declined', 'cancelled')`,
    [invoiceId],
  );
  return row ?? null;
}

export async function knowsCustomer(tx: TenantTx, customerId: string): Promise<boolean> {
  return (await tx.prisma.paymentsCustomer.count({ where: { customerId } })) === 1;
}

export async function knowsInvoice(tx: TenantTx, invoiceId: string): Promise<boolean> {
  return (await tx.prisma.paymentsInvoice.count({ where: { invoiceId } })) === 1;
}

/** The copy of an invoice; locked, so that paying and voiding it pass one after the other. */
export async function lockInvoice(tx: TenantTx, invoiceId: string): Promise<InvoiceRow | null> {
  const [row] = await tx.query<InvoiceRow>(
    `SELECT invoice_id, customer_id, number, currency, due_minor, status FROM {t}.payments_invoice
     WHERE invoice_id = $1 FOR UPDATE`,
    [invoiceId],
  );
  return row ?? null;
}

/** True where the invoice was not known before: only then is it collected. */
export async function addInvoice(tx: TenantTx, invoice: InvoiceRow): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO {t}.payments_invoice (invoice_id, customer_id, number, currency, due_minor, status)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (invoice_id) DO NOTHING RETURNING invoice_id`,
    [
      invoice.invoice_id,
      invoice.customer_id,
      invoice.number,
      invoice.currency,
      invoice.due_minor,
      invoice.status,
    ],
  );
  return rows.length === 1;
}

/** Paid and void are final; they may be known before the invoice itself is. */
export async function closeInvoice(tx: TenantTx, invoice: InvoiceRow): Promise<void> {
  if (await addInvoice(tx, invoice)) return;
  await tx.query(`UPDATE {t}.payments_invoice SET status = $2 WHERE invoice_id = $1 AND status = 'open'`, [
    invoice.invoice_id,
    invoice.status,
  ]);
}

export async function writeCustomer(
  tx: TenantTx,
  customer: { readonly customerId: string; readonly revision: number; readonly name: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO {t}.payments_customer AS c (customer_id, revision, name) VALUES ($1, $2, $3)
     ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, name = excluded.name
     WHERE c.revision < excluded.revision`,
    [customer.customerId, customer.revision, customer.name],
  );
}

/** Methods on file of many customers at once, oldest first. */
export async function methodsOf(tx: TenantTx, customerIds: readonly string[]): Promise<MethodRow[]> {
  const rows = await tx.prisma.paymentMethod.findMany({
    where: { customerId: { in: [...customerIds] }, removedAt: null },
    orderBy: { id: 'asc' },
  });
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customerId,
    provider: row.provider as ProviderName,
    token: row.token,
    providerCustomer: row.providerCustomer,
    label: row.label,
    createdAt: row.createdAt.toISOString(),
  }));
}
