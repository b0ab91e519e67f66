import { assert, unreachable } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import type { Instant } from '@tollgate/kernel/time/time';
import { compute, type Basis, type Computation } from './computation.js';

/** What an invoice is computed from, with its fingerprint (made in the shell: SHA-256 of the canonical JSON). */
export interface Computed extends Computation {
  readonly basis: Basis;
  readonly basisHash: string;
}

interface Common extends Computed {
  /** Counts the events: grows with every change. */
  readonly revision: number;
  readonly createdAt: Instant;
}

interface Issued extends Common {
  readonly number: string;
  readonly finalisedAt: Instant;
  readonly dueAt: Instant;
}

export type Draft = Common & { readonly status: 'draft' };
export type OpenInvoice = Issued & { readonly status: 'open'; readonly declineCode: string | null };
export type PaidInvoice = Issued & { readonly status: 'paid'; readonly paidAt: Instant };
export type VoidInvoice = Issued & {
  readonly status: 'void';
  readonly voidedAt: Instant;
  readonly voidReason: string;
};
export type Invoice = Draft | OpenInvoice | PaidInvoice | VoidInvoice;
export type InvoiceState = { readonly status: 'none' } | Invoice;

export type InvoiceCommand =
  | {
      readonly type: 'DraftInvoice';
      readonly basis: Basis;
      readonly basisHash: string;
      readonly draftedAt: Instant;
    }
  | { readonly type: 'RetotalDraft'; readonly basis: Basis; readonly basisHash: string }
  | {
      readonly type: 'FinaliseInvoice';
      readonly number: string;
      readonly finalisedAt: Instant;
      readonly dueAt: Instant;
    }
  | { readonly type: 'RecordPayment'; readonly amountMinor: bigint; readonly paidAt: Instant }
  | { readonly type: 'RecordPaymentFailure'; readonly code: string; readonly failedAt: Instant }
  | { readonly type: 'VoidInvoice'; readonly reason: string; readonly voidedAt: Instant };

export type InvoiceEvent =
  | ({ readonly type: 'InvoiceDrafted'; readonly draftedAt: Instant } & Computed)
  | ({ readonly type: 'DraftRetotalled' } & Computed)
  | {
      readonly type: 'InvoiceFinalised';
      readonly number: string;
      readonly finalisedAt: Instant;
      readonly dueAt: Instant;
    }
  | { readonly type: 'InvoicePaid'; readonly paidAt: Instant }
  | { readonly type: 'PaymentDeclined'; readonly code: string; readonly failedAt: Instant }
  | { readonly type: 'InvoiceVoided'; readonly reason: string; readonly voidedAt: Instant };

export type InvoiceRejection =
  | { readonly reason: 'UnknownInvoice'; readonly message: string }
  | { readonly reason: 'InvoiceNotDraft'; readonly message: string; readonly status: Invoice['status'] }
  | { readonly reason: 'InvoiceNotOpen'; readonly message: string; readonly status: Invoice['status'] }
  | { readonly reason: 'AmountDiffers'; readonly message: string };

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
    case 'VoidInvoice':
      return voidInvoice(command, state);
    default:
      return unreachable(command);
  }
}

function draft({ basis, basisHash, draftedAt }: CommandOf<'DraftInvoice'>, state: InvoiceState): Decided {
  if (state.status !== 'none') return accept();
  return accept({ type: 'InvoiceDrafted', basis, basisHash, draftedAt, ...compute(basis) });
}

function retotal({ basis, basisHash }: CommandOf<'RetotalDraft'>, state: Invoice): Decided {
  if (state.status !== 'draft') return notDraft(state);
  if (state.basisHash === basisHash) return accept();
  return accept({ type: 'DraftRetotalled', basis, basisHash, ...compute(basis) });
}

function finalise({ number, finalisedAt, dueAt }: CommandOf<'FinaliseInvoice'>, state: Invoice): Decided {
  if (state.status !== 'draft') return notDraft(state);
  const finalised: InvoiceEvent = { type: 'InvoiceFinalised', number, finalisedAt, dueAt };
  // There is nothing to collect, so nobody will ever report a payment.
  if (state.totals.totalMinor <= 0n)
    return accept<InvoiceEvent>(finalised, { type: 'InvoicePaid', paidAt: finalisedAt });
  return accept(finalised);
}

function recordPayment({ amountMinor, paidAt }: CommandOf<'RecordPayment'>, state: Invoice): Decided {
  if (state.status === 'paid' || state.status === 'void') return accept();
  if (state.status !== 'open') return notOpen(state);
  if (amountMinor !== state.totals.totalMinor) {
    return reject({
      reason: 'AmountDiffers',
      message: `${amountMinor} was captured, ${state.totals.totalMinor} was due.`,
    });
  }
  return accept({ type: 'InvoicePaid', paidAt });
}

/** A failure that is told after the money came, or after the invoice was voided, says nothing any more. */
function recordFailure({ code, failedAt }: CommandOf<'RecordPaymentFailure'>, state: Invoice): Decided {
  if (state.status === 'paid' || state.status === 'void') return accept();
  return state.status === 'open' ? accept({ type: 'PaymentDeclined', code, failedAt }) : notOpen(state);
}

function voidInvoice({ reason, voidedAt }: CommandOf<'VoidInvoice'>, state: Invoice): Decided {
  return state.status === 'open' ? accept({ type: 'InvoiceVoided', reason, voidedAt }) : notOpen(state);
}

function notDraft({ status }: Invoice): Decided {
  return reject({ reason: 'InvoiceNotDraft', message: `The invoice is ${status}, not a draft.`, status });
}

function notOpen({ status }: Invoice): Decided {
  return reject({ reason: 'InvoiceNotOpen', message: `The invoice is ${status}, not open.`, status });
}

function evolve(state: InvoiceState, event: InvoiceEvent): InvoiceState {
  if (event.type === 'InvoiceDrafted') {
    const { type: _type, draftedAt, ...computed } = event;
    return { status: 'draft', revision: 1, createdAt: draftedAt, ...computed };
  }
  if (state.status === 'none') return state;
  const revision = state.revision + 1;
  switch (event.type) {
    case 'DraftRetotalled': {
      const { type: _type, ...computed } = event;
      return { ...state, ...computed, revision };
    }
    case 'InvoiceFinalised': {
      const { number, finalisedAt, dueAt } = event;
      return { ...common(state), revision, status: 'open', number, finalisedAt, dueAt, declineCode: null };
    }
    case 'InvoicePaid':
      return { ...issued(state), revision, status: 'paid', paidAt: event.paidAt };
    case 'PaymentDeclined':
      return state.status === 'open' ? { ...state, revision, declineCode: event.code } : state;
    case 'InvoiceVoided': {
      const { voidedAt, reason } = event;
      return { ...issued(state), revision, status: 'void', voidedAt, voidReason: reason };
    }
    default:
      return unreachable(event);
  }
}

function common({ basis, basisHash, lines, totals, createdAt }: Invoice) {
  return { basis, basisHash, lines, totals, createdAt };
}

function issued(state: Invoice) {
  assert(state.status !== 'draft', 'only a finalised invoice is paid or voided');
  const { number, finalisedAt, dueAt } = state;
  return { ...common(state), number, finalisedAt, dueAt };
}
