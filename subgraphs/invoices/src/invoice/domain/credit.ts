import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { majorText, money } from '@tollgate/kernel/money/money';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import { creditNote, type CreditRejection } from './credit-note.js';
import { creditedOn } from './credited.js';
import { amountsOf } from './computation.js';
import type { Invoice, InvoiceEvent, Note, Issued } from './state.js';

/** Parts of lines to give back, before coupons. */
export interface CreditInvoice {
  readonly type: 'CreditInvoice';
  readonly noteId: string;
  readonly items: readonly { readonly lineId: string; readonly amountMinor: bigint }[];
  readonly createdAt: Instant;
}

export type NotCreditable = Rejection & {
  readonly reason: 'InvoiceNotCreditable';
  readonly status: Invoice['status'];
};

/** A note lowers what is due first; at nothing due the invoice is settled. What is over goes to the credit balance. */
export function credit(
  { noteId, items, createdAt }: CreditInvoice,
  state: Invoice,
): Decision<InvoiceEvent, NotCreditable | CreditRejection> {
  const { status } = state;
  if (status === 'draft' || status === 'void')
    return reject({ reason: 'InvoiceNotCreditable', message: `The invoice is ${status}.`, status });
  const { currency } = state.basis;
  const parts = items.map(({ lineId, amountMinor }) => ({
    lineId,
    amount: decimal(majorText(money(amountMinor, currency))),
  }));
  const decided = creditNote(amountsOf(state.basis), creditedOn(state), parts);
  if (!decided.ok) return reject(decided.rejection);
  const { note } = decided;
  const dueMinor = status === 'open' ? openMinor(state) : 0n;
  const toDueMinor = note.total.minor < dueMinor ? note.total.minor : dueMinor;
  const issued: Note = {
    id: noteId,
    items,
    subtotalMinor: note.subtotal.minor,
    taxes: note.taxes.map(({ id, amount }) => ({
      name: state.basis.tax.rates[Number(id)]?.name ?? id,
      amountMinor: amount.minor,
    })),
    taxMinor: note.tax.minor,
    totalMinor: note.total.minor,
    toDueMinor,
    toBalanceMinor: note.total.minor - toDueMinor,
    refundedMinor: 0n,
    createdAt,
  };
  const credited: InvoiceEvent = { type: 'InvoiceCredited', note: issued };
  const isSettled = status === 'open' && dueMinor === toDueMinor;
  if (!isSettled) return accept(credited);
  return accept<InvoiceEvent>(credited, {
    type: 'InvoicePaid',
    amountMinor: state.paidMinor,
    paidAt: createdAt,
  });
}

/** What is still to be paid of an invoice: what is due, less what was paid and what notes lowered it by. */
export function openMinor({
  settled,
  paidMinor,
  creditNotes = [],
}: Pick<Issued, 'settled' | 'paidMinor' | 'creditNotes'>): bigint {
  const lowered = creditNotes.reduce((sum, { toDueMinor }) => sum + toDueMinor, 0n);
  return settled.dueMinor - paidMinor - lowered;
}
