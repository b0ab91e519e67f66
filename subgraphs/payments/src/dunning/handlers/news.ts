import { UTC, type Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCustomers, type CustomerCopy } from '../../copies/customer.js';
import { findInvoices, lockUnpaid, type InvoiceCopy } from '../../copies/invoice.js';
import { findSettings, type PolicyCopy, type SettingsCopy } from '../../copies/settings.js';
import { payments, type PaymentChange } from '../../payment/aggregate.js';
import type { Payment } from '../../payment/domain/state.js';
import type { TenantPolicy } from '../domain/run.js';
import type { ChargeFailure, DunningCommand, Unpaid } from '../domain/saga.js';
import { RunBook } from './book.js';

/** A payment failed, or needs its customer. */
export interface FailedPayment {
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly at: Instant;
}

/** What failed payments mean for their invoices: the charge at finalisation begins a run, a retry goes on with it. */
export async function noteFailures(tx: TenantTx, failed: readonly FailedPayment[]): Promise<void> {
  const invoiceIds = [...new Set(failed.map(({ invoiceId }) => invoiceId))];
  const [invoices, settings] = await Promise.all([lockUnpaid(tx, invoiceIds), findSettings(tx)]);
  const payers = [...new Set([...invoices.values()].map(({ customerId }) => customerId))];
  const [told, book, customers] = await Promise.all([
    payments.load(tx, [...new Set(failed.map(({ paymentId }) => paymentId))]),
    RunBook.open(tx, invoiceIds),
    // Where nothing is tried again nobody's time of day matters.
    findCustomers(tx, settings === null || settings.dunning === null ? [] : payers),
  ]);
  for (const { paymentId, invoiceId, at } of failed) {
    const invoice = invoices.get(invoiceId);
    const payment = told.get(paymentId)?.state ?? null;
    const failure = payment === null ? null : failureOf(payment);
    if (invoice === undefined || payment === null || failure === null || isSettled(invoice)) continue;
    const begins = payment.cause === 'finalisation';
    const known = { customer: customers.get(invoice.customerId) ?? null, settings };
    book.tell(invoiceId, (id) => ({
      ...{ type: 'ChargeFailed', unpaid: unpaidOf(invoice, id, known) },
      ...{ paymentId, begins, failure, at },
    }));
  }
  await book.record(tx, invoices);
}

/** Charges that were begun in this transaction, of invoices that were not known before it. */
export interface NewCharges {
  readonly invoices: readonly InvoiceCopy[];
  readonly charges: readonly PaymentChange[];
  readonly settings: SettingsCopy | null;
}

/**
 * What has failed as soon as it was begun, for want of a payment method, is failing from then on: its message need not come
 * back first, and finds the run when it does.
 */
export async function noteFailedAtOnce(tx: TenantTx, given: NewCharges): Promise<void> {
  const { settings } = given;
  const invoices = new Map(given.invoices.map((invoice) => [invoice.invoiceId, invoice]));
  const failed = given.charges.flatMap(({ id: paymentId, after: { state }, at }) => {
    const failure = state === null ? null : failureOf(state);
    const invoice = invoices.get(state?.invoiceId ?? '');
    return failure === null || invoice === undefined ? [] : [{ paymentId, failure, invoice, at }];
  });
  if (failed.length === 0) return;
  const payers = [...new Set(failed.map(({ invoice }) => invoice.customerId))];
  const customers = await findCustomers(tx, settings === null || settings.dunning === null ? [] : payers);
  const book = RunBook.ofNewInvoices();
  for (const { paymentId, failure, invoice, at } of failed) {
    const known = { customer: customers.get(invoice.customerId) ?? null, settings };
    book.tell(invoice.invoiceId, (id) => ({
      ...{ type: 'ChargeFailed', unpaid: unpaidOf(invoice, id, known) },
      ...{ paymentId, begins: true, failure, at },
    }));
  }
  const isTold = settings !== null && settings.isWriting;
  const copies = isTold
    ? await findInvoices(tx, [...new Set(failed.map(({ invoice }) => invoice.invoiceId))])
    : invoices;
  await book.record(tx, copies);
}

/** What became of an invoice that may have failed. */
export interface SettledInvoice {
  readonly invoiceId: string;
  readonly said: Extract<DunningCommand, { readonly type: 'Settle' | 'WriteOff' }>;
}

/** What became of invoices, as far as they have failed; they are locked. */
export async function noteSettled(tx: TenantTx, settled: readonly SettledInvoice[]): Promise<void> {
  const book = await RunBook.open(
    tx,
    settled.map(({ invoiceId }) => invoiceId),
  );
  for (const { invoiceId, said } of settled) if (book.has(invoiceId)) book.tell(invoiceId, () => said);
  await book.record(tx);
}

/** By whose time and whose policy something is tried again; null = not known. */
export interface KnownOfPayer {
  readonly customer: CustomerCopy | null;
  readonly settings: SettingsCopy | null;
}

/** What is known of an invoice that is not paid; `id` is the run's. */
export function unpaidOf(invoice: InvoiceCopy, id: string, { customer, settings }: KnownOfPayer): Unpaid {
  const { invoiceId, customerId, subscriptionIds } = invoice;
  const timeZone = customer?.timeZone ?? settings?.timeZone ?? UTC;
  // What was written off is not tried again.
  const policy = invoice.status === 'open' ? policyIn(settings?.dunning ?? null) : null;
  return { id, invoiceId, customerId, subscriptionIds, timeZone, policy };
}

function policyIn(copy: PolicyCopy | null): TenantPolicy | null {
  if (copy === null) return null;
  const { attemptTime, revokeAfterDays, ...policy } = copy;
  return {
    ...policy,
    ...(attemptTime !== undefined && { attemptTime }),
    ...(revokeAfterDays !== undefined && { revokeAfterDays }),
  };
}

/** Whether nothing can be due on an invoice any more. */
export function isSettled({ status }: InvoiceCopy): boolean {
  return status === 'paid' || status === 'void';
}

/** What the payment came to by now; null where it went on meanwhile. */
function failureOf({ phase, attempts, outage }: Payment): ChargeFailure | null {
  if (phase.name === 'confirming') return 'action';
  if (phase.name === 'declined') return attempts.at(-1)?.hard === true ? 'hard' : 'soft';
  return phase.name === 'authorising' && outage === true ? 'soft' : null;
}
