import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockUnpaid, lowerDue } from '../../copies/invoice.js';
import { payments, type PaymentChange } from '../aggregate.js';
import { capturedMinor, findStandings } from '../store/payment.js';
import { decided, recordPayments } from './advance.js';

/** The customer's credit paid of an invoice what it could. */
export interface CreditApplied {
  readonly invoiceId: string;
  readonly paymentId: string;
  readonly appliedMinor: bigint;
}

/** Charges what credit leaves of invoices, as the payments that asked were to do. */
export async function fundPayments(tx: TenantTx, applied: readonly CreditApplied[]): Promise<void> {
  const invoiceIds = [...new Set(applied.map(({ invoiceId }) => invoiceId))];
  const paymentIds = [...new Set(applied.map(({ paymentId }) => paymentId))];
  const [invoices, standingOf, loaded] = await Promise.all([
    lockUnpaid(tx, invoiceIds),
    findStandings(tx, invoiceIds),
    payments.load(tx, paymentIds),
    tx.now(),
  ]);
  const paidMinor = new Map<string, bigint>();
  const changes: PaymentChange[] = [];
  for (const { invoiceId, paymentId, appliedMinor } of applied) {
    const [invoice, payment] = [invoices.get(invoiceId), loaded.get(paymentId)];
    if (invoice === undefined || payment === undefined || payment.state === null) continue;
    if (appliedMinor > 0n) lowerDue(tx, invoiceId, appliedMinor);
    const creditMinor = (paidMinor.get(invoiceId) ?? 0n) + appliedMinor;
    paidMinor.set(invoiceId, creditMinor);
    const isPayable = invoice.status === 'open' || invoice.status === 'uncollectible';
    const leftMinor = invoice.due.minor - creditMinor - capturedMinor(standingOf(invoiceId));
    const money = { ...invoice.due, minor: isPayable ? leftMinor : 0n };
    const change = await decided(tx, payment, { type: 'Fund', money });
    loaded.set(paymentId, change.after);
    changes.push(change);
  }
  await recordPayments(tx, changes);
}
