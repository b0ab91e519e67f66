import { unreachable } from '@tollgate/kernel/assert';
import { sumOf } from '../../balance/domain/grant.js';
import { refundsAfter } from './balance-refund.js';
import { disputesAfter } from './dispute.js';
import type { Settled } from './settled.js';
import type { Invoice, InvoiceEvent, Issued, Note, Receipt } from './state.js';

/** What happens to an invoice once it is final. */
export type IssuedEvent = Exclude<
  InvoiceEvent,
  { readonly type: 'InvoiceDrafted' | 'DraftRetotalled' | 'InvoiceFinalised' | 'RevenueCut' }
>;
type EventOf<T extends IssuedEvent['type']> = Extract<IssuedEvent, { readonly type: T }>;
type Final = Exclude<Invoice, { readonly status: 'draft' }>;

/** The invoice after one more event; a draft meets none of them. */
export function evolveIssued(state: Invoice, event: IssuedEvent, revision: number): Invoice {
  if (state.status === 'draft') return state;
  switch (event.type) {
    case 'InvoicePartlyPaid':
      return partlyPaid(state, event, revision);
    case 'InvoicePaid': {
      const { amountMinor: paidMinor, paidAt, payment } = event;
      const receipts = payment === undefined ? {} : received(state, { ...payment, overMinor: 0n });
      return { ...issued(state), ...receipts, revision, status: 'paid', paidMinor, paidAt };
    }
    case 'InvoiceOverpaid': {
      const { paymentId, amountMinor: overMinor, offline } = event;
      return { ...state, ...received(state, { paymentId, appliedMinor: 0n, overMinor, offline }), revision };
    }
    case 'FundsApplied':
      return { ...state, revision, settled: withFunds(state.settled, event) };
    case 'InvoiceCredited':
      return { ...state, revision, creditNotes: [...(state.creditNotes ?? []), event.note] };
    case 'NoteRefundRejected':
      return { ...state, revision, creditNotes: (state.creditNotes ?? []).map((note) => kept(note, event)) };
    case 'NoteRefunded':
      return { ...state, revision };
    case 'BalanceRefunded':
    case 'BalanceRefundSent':
    case 'BalanceRefundRejected':
      return { ...state, revision, refunds: refundsAfter(state, event) };
    case 'InvoiceDisputed':
    case 'InvoiceDisputeWon':
    case 'InvoiceDisputeLost':
      return { ...state, revision, disputes: disputesAfter(state, event) };
    case 'PaymentDeclined':
      return state.status === 'open' ? { ...state, revision, declineCode: event.code } : state;
    case 'InvoiceWrittenOff': {
      const { writtenOffAt, reason: writeOffReason } = event;
      const given = { revision, writtenOffAt, writeOffReason };
      return { ...issued(state), ...partsOf(state), ...given, status: 'uncollectible' };
    }
    case 'InvoiceVoided': {
      const { voidedAt, reason } = event;
      return { ...issued(state), revision, status: 'void', voidedAt, voidReason: reason };
    }
    default:
      return unreachable(event);
  }
}

/** What an invoice keeps when it comes to stand elsewhere. */
function issued(state: Final): Issued {
  const { basis, basisHash, lines, totals, createdAt, discountedBy, cuts } = state;
  const { number, settled, paidMinor, finalisedAt, dueAt, creditNotes, receipts, refunds, revision } = state;
  const { disputes } = state;
  return {
    ...{ basis, basisHash, lines, totals, createdAt, revision },
    ...(discountedBy !== undefined && { discountedBy }),
    ...(cuts !== undefined && { cuts }),
    ...{ number, settled, paidMinor, finalisedAt, dueAt },
    ...(creditNotes !== undefined && { creditNotes }),
    ...(receipts !== undefined && { receipts }),
    ...(refunds !== undefined && { refunds }),
    ...(disputes !== undefined && { disputes }),
  };
}

/** What the funds paid later counts as if they had at once. */
function withFunds(settled: Settled, { creditMinor, walletParts: more }: EventOf<'FundsApplied'>): Settled {
  const { creditAppliedMinor, walletAppliedMinor, dueMinor, walletParts = [] } = settled;
  const walletMinor = sumOf(more);
  const parts = [...walletParts, ...more];
  return {
    ...settled,
    creditAppliedMinor: creditAppliedMinor + creditMinor,
    walletAppliedMinor: walletAppliedMinor + walletMinor,
    dueMinor: dueMinor - creditMinor - walletMinor,
    ...(parts.length > 0 && { walletParts: parts }),
  };
}

function partsOf({ partlyPaidBy }: Final): Pick<Issued, 'partlyPaidBy'> {
  return partlyPaidBy === undefined ? {} : { partlyPaidBy };
}

function partlyPaid(state: Final, event: EventOf<'InvoicePartlyPaid'>, revision: number): Invoice {
  if (state.status !== 'open' && state.status !== 'uncollectible') return state;
  const { paymentId, amountMinor, offline } = event;
  const receipts =
    offline === undefined
      ? {}
      : received(state, { paymentId, appliedMinor: amountMinor, overMinor: 0n, offline });
  const partlyPaidBy = [...(state.partlyPaidBy ?? []), paymentId];
  const paid = { ...receipts, revision, paidMinor: state.paidMinor + amountMinor, partlyPaidBy };
  return state.status === 'open' ? { ...state, ...paid, declineCode: null } : { ...state, ...paid };
}

/** One receipt for each payment: what it paid, and what was over. */
function received({ receipts = [] }: Final, more: Receipt): Required<Pick<Issued, 'receipts'>> {
  const before = receipts.find(({ paymentId }) => paymentId === more.paymentId);
  const others = receipts.filter((one) => one !== before);
  const { appliedMinor, overMinor } = before ?? { appliedMinor: 0n, overMinor: 0n };
  const sum = { appliedMinor: appliedMinor + more.appliedMinor, overMinor: overMinor + more.overMinor };
  return { receipts: [...others, { ...more, ...sum }] };
}

/** What is not paid back stays with the customer as credit. */
function kept(note: Note, { noteId, amountMinor }: EventOf<'NoteRefundRejected'>): Note {
  if (note.id !== noteId) return note;
  const { refundedMinor, toBalanceMinor } = note;
  return {
    ...note,
    refundedMinor: refundedMinor - amountMinor,
    toBalanceMinor: toBalanceMinor + amountMinor,
  };
}
