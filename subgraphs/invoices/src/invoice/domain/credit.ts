import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { majorText, money } from '@tollgate/kernel/money/money';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import { creditNote, type CreditNote, type CreditRejection } from './credit-note.js';
import { creditedOn } from './credited.js';
import { amountsOf, ratesOn } from './computation.js';
import { isDisputed, lostMinor } from './dispute.js';
import { dueMinor } from './due.js';
import { takesFunds } from './funds.js';
import { keptOf } from './kept.js';
import { returnedOf } from './returned.js';
import type { Invoice, InvoiceEvent, Note } from './state.js';

/** Parts of lines to give back, before coupons. */
export interface CreditInvoice {
  readonly type: 'CreditInvoice';
  readonly noteId: string;
  readonly number: string;
  readonly items: Note['items'];
  /** Where goes what is not due any more. */
  readonly to: 'balance' | 'refund';
  /** Why, in the tenant's words; null where nobody says. */
  readonly reason: string | null;
  /** What changes have given back of lines already, by line, before coupons. */
  readonly taken: ReadonlyMap<string, bigint>;
  readonly createdAt: Instant;
}

/** A provider will not pay back what a note says. */
export interface RejectRefund {
  readonly type: 'RejectRefund';
  readonly noteId: string;
  readonly amountMinor: bigint;
  readonly at: Instant;
}

/** A provider paid back what a note says, or its part of it. */
export interface SendRefund {
  readonly type: 'SendRefund';
  readonly noteId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly at: Instant;
}

export type NotCreditable = Rejection & {
  readonly reason: 'InvoiceNotCreditable';
  readonly status: Invoice['status'];
};

/** An item names a line that the invoice does not have. */
export type UnknownLine = Rejection & { readonly reason: 'UnknownInvoiceLine'; readonly lineId: string };

type CreditDecision = Decision<InvoiceEvent, NotCreditable | UnknownLine | CreditRejection>;
type Final = Exclude<Invoice, { readonly status: 'draft' | 'void' }>;

/** A note lowers what is due first; at nothing due the invoice is settled. What is over is paid back, or credit. */
export function credit(command: CreditInvoice, state: Invoice): CreditDecision {
  const { status } = state;
  if (status === 'draft' || status === 'void')
    return reject({ reason: 'InvoiceNotCreditable', message: `The invoice is ${status}.`, status });
  if (!takesFunds(state.basis))
    return reject({ reason: 'InvoiceNotCreditable', message: 'The invoice is of wallet credit.', status });
  if (isDisputed(state))
    return reject({ reason: 'InvoiceNotCreditable', message: 'A payment of it is in dispute.', status });
  const rejection = unknownLine(command, state) ?? moreThanLeft(command, state);
  if (rejection !== null) return reject(rejection);
  const { currency } = state.basis;
  const parts = command.items.map(({ lineId, amountMinor }) => ({
    lineId,
    amount: decimal(majorText(money(amountMinor, currency))),
  }));
  const decided = creditNote(amountsOf(state.basis), creditedOn(state), parts);
  if (!decided.ok) return reject(decided.rejection);
  const note = issuedNote(command, state, decided.note);
  const credited: InvoiceEvent = { type: 'InvoiceCredited', note };
  const { createdAt: paidAt } = command;
  const isSettled = status !== 'paid' && dueMinor(state) === note.toDueMinor;
  return isSettled
    ? accept<InvoiceEvent>(credited, { type: 'InvoicePaid', amountMinor: state.paidMinor, paidAt })
    : accept(credited);
}

/** What is left of each line to give back, before coupons; lines of which nothing is are left out. In the order of the lines. */
export function creditableItems(state: Invoice, taken: CreditInvoice['taken']): Note['items'] {
  const credited = creditedOn(state);
  return state.lines.flatMap(({ id: lineId, amountMinor: whole }) => {
    const amountMinor = whole - (credited.get(lineId) ?? 0n) - (taken.get(lineId) ?? 0n);
    return amountMinor > 0n ? [{ lineId, amountMinor }] : [];
  });
}

/** A refund that failed for good becomes credit, once and at most what the note paid back. */
export function rejectRefund(
  { noteId, amountMinor, at }: RejectRefund,
  state: Invoice,
): Decision<InvoiceEvent, never> {
  const notes = state.status === 'draft' ? [] : (state.creditNotes ?? []);
  const note = notes.find(({ id }) => id === noteId);
  if (note === undefined || note.refundedMinor < amountMinor) return accept();
  return accept({ type: 'NoteRefundRejected', noteId, amountMinor, at });
}

/** What went back is booked as it went, of a note that is there. */
export function sendRefund(
  { type: _type, ...sent }: SendRefund,
  state: Invoice,
): Decision<InvoiceEvent, never> {
  const notes = state.status === 'draft' ? [] : (state.creditNotes ?? []);
  const isKnown = notes.some(({ id }) => id === sent.noteId);
  return isKnown ? accept({ type: 'NoteRefunded', ...sent }) : accept();
}

function issuedNote(command: CreditInvoice, state: Final, amounts: CreditNote): Note {
  const { noteId: id, number, items, to, reason, createdAt } = command;
  const { subtotal, taxes, tax, total } = amounts;
  const names = new Map(ratesOn(state.basis).map((rate) => [rate.id, rate.name]));
  const due = dueMinor(state);
  const toDueMinor = total.minor < due ? total.minor : due;
  const restMinor = total.minor - toDueMinor;
  const toLossMinor = least(restMinor, lossLeftMinor(state));
  const { moneyMinor, walletParts } = returnedOf(state, restMinor - toLossMinor);
  // No more is paid back than providers took for the invoice and did not pay back.
  const refundableMinor = to === 'refund' ? keptOf(state).providersMinor : 0n;
  const refundedMinor = least(moneyMinor, refundableMinor);
  return {
    ...{ id, number, items },
    ...(reason !== null && { reason }),
    subtotalMinor: subtotal.minor,
    taxes: taxes.map(({ id: rate, amount }) => ({
      name: names.get(rate) ?? rate,
      amountMinor: amount.minor,
    })),
    taxMinor: tax.minor,
    totalMinor: total.minor,
    toDueMinor,
    ...(toLossMinor > 0n && { toLossMinor }),
    ...(walletParts.length > 0 && { walletParts }),
    toBalanceMinor: moneyMinor - refundedMinor,
    refundedMinor,
    createdAt,
  };
}

/** What was lost with disputes and no note has lowered yet. */
function lossLeftMinor(state: Final): bigint {
  const lowered = (state.creditNotes ?? []).reduce((sum, { toLossMinor = 0n }) => sum + toLossMinor, 0n);
  return lostMinor(state) - lowered;
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function unknownLine({ items }: CreditInvoice, { lines }: Invoice): UnknownLine | null {
  const stranger = items.find(({ lineId }) => lines.every(({ id }) => id !== lineId));
  if (stranger === undefined) return null;
  const { lineId } = stranger;
  return { reason: 'UnknownInvoiceLine', message: 'The invoice has no such line.', lineId };
}

/** What a change gave back is not given back again; what notes did is the note's own matter. */
function moreThanLeft({ items, taken }: CreditInvoice, state: Invoice): CreditRejection | null {
  if (taken.size === 0) return null;
  const credited = creditedOn(state);
  for (const [index, { lineId, amountMinor }] of items.entries()) {
    const before = (credited.get(lineId) ?? 0n) + amountMinor;
    credited.set(lineId, before);
    const whole = state.lines.find(({ id }) => id === lineId)?.amountMinor ?? 0n;
    const message = 'The line has less left to credit.';
    if (before + (taken.get(lineId) ?? 0n) > whole)
      return { reason: 'CreditExceedsRemaining', message, field: `items[${index}].amount` };
  }
  return null;
}
