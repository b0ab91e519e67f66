import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoice, lowerDue } from '../../copies/invoice.js';
import { payments } from '../aggregate.js';
import { capturedMinor, findStanding } from '../store/payment.js';
import { decided, recordPayments } from './advance.js';

/** The customer's credit paid of an invoice what it could. */
export interface CreditApplied {
  readonly invoiceId: string;
  readonly paymentId: string;
  readonly appliedMinor: bigint;
}

/** Charges what credit leaves of an invoice, as the payment that asked was to do. */
export async function fundPayment(tx: TenantTx, applied: CreditApplied): Promise<void> {
  const { invoiceId, paymentId, appliedMinor } = applied;
  const [invoice, standing, loaded] = await Promise.all([
    lockInvoice(tx, invoiceId),
    findStanding(tx, invoiceId),
    payments.loadOne(tx, paymentId),
    tx.now(),
  ]);
  if (invoice === null || loaded.state === null) return;
  if (appliedMinor > 0n) lowerDue(tx, invoiceId, appliedMinor);
  const isPayable = invoice.status === 'open' || invoice.status === 'uncollectible';
  const leftMinor = invoice.due.minor - appliedMinor - capturedMinor(standing);
  const money = { ...invoice.due, minor: isPayable ? leftMinor : 0n };
  await recordPayments(tx, [await decided(tx, loaded, { type: 'Fund', money })]);
}
