import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { dueMinor } from './due.js';
import { notOpen, type NotOpen } from './not-open.js';
import type { Invoice, InvoiceEvent, Issued } from './state.js';

/** Money came for an invoice. */
export interface RecordPayment {
  readonly type: 'RecordPayment';
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly paidAt: Instant;
  /** Whether it came beside the providers: nobody but us can give that back. */
  readonly offline: boolean;
}

/** A charge failed for now. */
export interface RecordFailure {
  readonly type: 'RecordPaymentFailure';
  readonly code: string;
  readonly failedAt: Instant;
}

export interface NothingPaid {
  readonly reason: 'NothingPaid';
  readonly message: string;
}

type Decided = Decision<InvoiceEvent, NotOpen | NothingPaid>;

/**
 * What came is what is booked, once for each payment: a part leaves the rest due, what is over is the customer's credit. Of a
 * void invoice providers' money goes back to where it came from, which is payments' matter.
 */
export function recordPayment(command: RecordPayment, state: Invoice): Decided {
  const { paymentId, amountMinor, paidAt, offline } = command;
  if (state.status === 'draft') return notOpen(state);
  if (isBooked(state, paymentId) || (state.status === 'void' && !offline)) return accept();
  if (amountMinor <= 0n)
    return reject({ reason: 'NothingPaid', message: `${amountMinor} was captured, which pays nothing.` });
  const openMinor = dueMinor(state);
  const appliedMinor = amountMinor < openMinor ? amountMinor : openMinor;
  const overMinor = amountMinor - appliedMinor;
  const events: InvoiceEvent[] = [];
  if (appliedMinor > 0n && appliedMinor < openMinor)
    events.push({ type: 'InvoicePartlyPaid', paymentId, amountMinor: appliedMinor, paidAt, offline });
  if (appliedMinor > 0n && appliedMinor === openMinor) {
    const payment = { paymentId, appliedMinor, offline };
    events.push({ type: 'InvoicePaid', amountMinor: state.paidMinor + appliedMinor, paidAt, payment });
  }
  if (overMinor > 0n)
    events.push({ type: 'InvoiceOverpaid', paymentId, amountMinor: overMinor, paidAt, offline });
  return accept(...events);
}

/** A failure that is told after the money came, or after nobody waits for it any more, says nothing. */
export function recordFailure({ code, failedAt }: RecordFailure, state: Invoice): Decided {
  if (state.status === 'draft') return notOpen(state);
  return state.status === 'open' ? accept({ type: 'PaymentDeclined', code, failedAt }) : accept();
}

/** What providers took for an invoice, whatever it paid of it. */
export function capturedMinor({ paidMinor, receipts = [] }: Issued): bigint {
  return receipts.reduce((sum, { appliedMinor, overMinor, offline }) => {
    return offline ? sum - appliedMinor : sum + overMinor;
  }, paidMinor);
}

/** What earlier releases booked as settled, they did not name: a payment that they were told of may be told again. */
function isBooked({ status, paidMinor, partlyPaidBy, receipts = [] }: Issued & Invoice, id: string): boolean {
  if (receipts.some(({ paymentId }) => paymentId === id) || partlyPaidBy?.includes(id) === true) return true;
  const namedMinor = receipts.reduce((sum, { appliedMinor }) => sum + appliedMinor, 0n);
  return status === 'paid' && namedMinor < paidMinor;
}
