import { unreachable } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import type { Instant } from '@tollgate/kernel/time/time';
import {
  answerBalanceRefund,
  refundBalance,
  type AnswerBalanceRefund,
  type RefundBalance,
} from './balance-refund.js';
import type { CreditRejection } from './credit-note.js';
import { notOpen, type NotOpen } from './not-open.js';
import type { Funds } from '../../balance/domain/settlement.js';
import type { Basis } from './basis.js';
import { compute, discountedBy } from './computation.js';
import {
  credit,
  rejectRefund,
  sendRefund,
  type CreditInvoice,
  type NotCreditable,
  type RejectRefund,
  type SendRefund,
  type UnknownLine,
} from './credit.js';
import { cutRevenue, withCut, type CutRevenue } from './cut.js';
import { closeDispute, openDispute, type CloseDispute, type OpenDispute } from './dispute.js';
import { dueAt as dueOn } from './due.js';
import { evolveIssued } from './evolve.js';
import { applyFunds, type ApplyFunds } from './funds.js';
import { presentEvent, type InvoiceEventV1 } from './invoice-v1.js';
import {
  recordFailure,
  recordPayment,
  type NothingPaid,
  type RecordFailure,
  type RecordPayment,
} from './receipt.js';
import { awaitsFacts } from '../../tax/domain/invoice-tax.js';
import { settledBy } from './settled.js';
import type { Invoice, InvoiceEvent, InvoiceState } from './state.js';

export type InvoiceCommand =
  | {
      readonly type: 'DraftInvoice';
      readonly basis: Basis;
      readonly basisHash: string;
      readonly draftedAt: Instant;
      readonly finalAt: Instant;
    }
  | { readonly type: 'RetotalDraft'; readonly basis: Basis; readonly basisHash: string }
  | {
      readonly type: 'FinaliseInvoice';
      readonly number: string;
      readonly funds: Funds;
      readonly finalisedAt: Instant;
    }
  | RecordPayment
  | RecordFailure
  | ApplyFunds
  | CreditInvoice
  | RejectRefund
  | SendRefund
  | RefundBalance
  | AnswerBalanceRefund
  | OpenDispute
  | CloseDispute
  | CutRevenue
  | { readonly type: 'WriteOffInvoice'; readonly reason: string; readonly writtenOffAt: Instant }
  | {
      readonly type: 'VoidInvoice';
      readonly reason: string;
      readonly voidedAt: Instant;
      /** Whether another invoice has given back something of its lines. */
      readonly isGivenBack: boolean;
    };

export type InvoiceRejection =
  | { readonly reason: 'UnknownInvoice'; readonly message: string }
  | { readonly reason: 'InvoiceNotDraft'; readonly message: string; readonly status: Invoice['status'] }
  | NotOpen
  | { readonly reason: 'InvoiceNotVoidable'; readonly message: string }
  | NotCreditable
  | UnknownLine
  | CreditRejection
  | NothingPaid;

type Decided = Decision<InvoiceEvent, InvoiceRejection>;
type CommandOf<T extends InvoiceCommand['type']> = Extract<InvoiceCommand, { type: T }>;

/** The rules of an invoice: draft → open → paid or void. What is finalised never changes its amounts. */
export const invoiceDecider: Decider<InvoiceState, InvoiceCommand, InvoiceEvent, InvoiceRejection> = {
  initial: { status: 'none' },
  decide,
  evolve,
};

function decide(command: InvoiceCommand, state: InvoiceState): Decided {
  if (command.type === 'DraftInvoice') return draft(command, state);
  if (state.status === 'none')
    return reject({ reason: 'UnknownInvoice', message: 'There is no such invoice.' });
  switch (command.type) {
    case 'RetotalDraft':
      return retotal(command, state);
    case 'FinaliseInvoice':
      return finalise(command, state);
    case 'RecordPayment':
      return recordPayment(command, state);
    case 'RecordPaymentFailure':
      return recordFailure(command, state);
    case 'ApplyFunds':
      return applyFunds(command, state);
    case 'CreditInvoice':
      return credit(command, state);
    case 'RejectRefund':
      return rejectRefund(command, state);
    case 'SendRefund':
      return sendRefund(command, state);
    case 'RefundBalance':
      return refundBalance(command, state);
    case 'SendBalanceRefund':
    case 'RejectBalanceRefund':
      return answerBalanceRefund(command, state);
    case 'OpenDispute':
      return openDispute(command, state);
    case 'CloseDispute':
      return closeDispute(command, state);
    case 'CutRevenue':
      return cutRevenue(command, state);
    case 'WriteOffInvoice':
      return writeOff(command, state);
    case 'VoidInvoice':
      return voidInvoice(command, state);
    default:
      return unreachable(command);
  }
}

function draft(command: CommandOf<'DraftInvoice'>, state: InvoiceState): Decided {
  if (state.status !== 'none') return accept();
  const { basis, basisHash, draftedAt, finalAt } = command;
  return accept({ type: 'InvoiceDrafted', basis, basisHash, draftedAt, finalAt, ...compute(basis) });
}

function retotal({ basis, basisHash }: CommandOf<'RetotalDraft'>, state: Invoice): Decided {
  if (state.status !== 'draft') return notDraft(state);
  if (state.basisHash === basisHash) return accept();
  return accept({ type: 'DraftRetotalled', basis, basisHash, ...compute(basis) });
}

function finalise(command: CommandOf<'FinaliseInvoice'>, state: Invoice): Decided {
  if (state.status !== 'draft') return notDraft(state);
  if (awaitsFacts(state.basis.tax)) return awaiting(state);
  const { number, finalisedAt, funds } = command;
  const dueAt = dueOn(finalisedAt, state.basis.payment);
  const settled = settledBy(state, funds);
  const finalised: InvoiceEvent = { type: 'InvoiceFinalised', number, settled, finalisedAt, dueAt };
  // There is nothing to collect, so nobody will ever report a payment.
  if (settled.dueMinor === 0n) {
    return accept<InvoiceEvent>(finalised, { type: 'InvoicePaid', amountMinor: 0n, paidAt: finalisedAt });
  }
  return accept(finalised);
}

function voidInvoice({ reason, voidedAt, isGivenBack }: CommandOf<'VoidInvoice'>, state: Invoice): Decided {
  if (state.status !== 'open') return notOpen(state);
  if (state.paidMinor > 0n)
    return reject({ reason: 'InvoiceNotVoidable', message: 'A part of the invoice is paid.' });
  if (isGivenBack)
    return reject({ reason: 'InvoiceNotVoidable', message: 'A later invoice gives back a part of it.' });
  if (state.creditNotes !== undefined)
    return reject({ reason: 'InvoiceNotVoidable', message: 'The invoice has credit notes.' });
  return accept({ type: 'InvoiceVoided', reason, voidedAt });
}

function notDraft({ status }: Invoice): Decided {
  return reject({ reason: 'InvoiceNotDraft', message: `The invoice is ${status}, not a draft.`, status });
}

/** It becomes final by itself, once that is known. */
function awaiting({ status, basis }: Invoice): Decided {
  const why =
    basis.tax.treatment === 'pending'
      ? "the customer's VAT id is being checked"
      : `the tax rates of ${basis.tax.jurisdiction ?? ''} are not known`;
  return reject({ reason: 'InvoiceNotDraft', message: `The invoice stays a draft: ${why}.`, status });
}

/** Nobody expects the rest any more. It can still be paid, and is credited like an open one. */
function writeOff({ reason, writtenOffAt }: CommandOf<'WriteOffInvoice'>, state: Invoice): Decided {
  return state.status === 'open'
    ? accept({ type: 'InvoiceWrittenOff', reason, writtenOffAt })
    : notOpen(state);
}

/** Events of earlier releases are read as they would be written now. */
function evolve(state: InvoiceState, stored: InvoiceEvent | InvoiceEventV1): InvoiceState {
  const event = presentEvent(stored, state);
  if (event.type === 'InvoiceDrafted') {
    const { type: _type, draftedAt, ...computed } = event;
    return { status: 'draft', revision: 1, createdAt: draftedAt, ...computed, ...discountsOf(computed) };
  }
  if (state.status === 'none') return state;
  const revision = state.revision + 1;
  switch (event.type) {
    case 'DraftRetotalled': {
      const { type: _type, ...computed } = event;
      return { ...state, ...computed, revision };
    }
    case 'RevenueCut':
      return withCut(state, event, revision);
    case 'InvoiceFinalised': {
      const { number, settled, finalisedAt, dueAt } = event;
      const head = {
        ...common(state),
        ...discountsOf(state),
        ...{ revision, number, settled, paidMinor: 0n, finalisedAt, dueAt },
      };
      return { ...head, status: 'open', declineCode: null };
    }
    default:
      return evolveIssued(state, event, revision);
  }
}

function common({ basis, basisHash, lines, totals, createdAt, discountedBy: by, cuts }: Invoice) {
  return {
    ...{ basis, basisHash, lines, totals, createdAt },
    ...(by !== undefined && { discountedBy: by }),
    ...(cuts !== undefined && { cuts }),
  };
}

/** A coupon is used where it takes something off when the invoice is made, or when it becomes final; never by thresholds. */
function discountsOf({
  basis,
  lines,
  discountedBy: before = [],
}: Pick<Invoice, 'basis' | 'lines' | 'discountedBy'>) {
  if (basis.origin === 'threshold') return {};
  const now = [...new Set([...before, ...discountedBy(basis, lines)])];
  return now.length === 0 ? {} : { discountedBy: now };
}
