import type { Instant } from '@tollgate/kernel/time/time';
import type { Basis } from './basis.js';
import type { Computation } from './computation.js';
import type { Settled } from './settled.js';

/** What an invoice is computed from, with its fingerprint (made in the shell: SHA-256 of the canonical JSON). */
export interface Computed extends Computation {
  readonly basis: Basis;
  readonly basisHash: string;
}

interface Common extends Computed {
  /** Coupons that discounted it when it was made or when it became final; absent where none did. */
  readonly discountedBy?: readonly string[];
  /** Counts the events: grows with every change. */
  readonly revision: number;
  readonly createdAt: Instant;
}

/** A credit note of an invoice: what it gives back, and where that goes. Amounts are in minor units. */
export interface Note {
  readonly id: string;
  /** Parts of lines as priced, before coupons. */
  readonly items: readonly { readonly lineId: string; readonly amountMinor: bigint }[];
  readonly subtotalMinor: bigint;
  readonly taxes: readonly { readonly name: string; readonly amountMinor: bigint }[];
  readonly taxMinor: bigint;
  readonly totalMinor: bigint;
  /** Lowered what was due. */
  readonly toDueMinor: bigint;
  readonly toBalanceMinor: bigint;
  readonly refundedMinor: bigint;
  readonly createdAt: Instant;
}

/** A number, and what became of the total. */
export interface Issued extends Common {
  readonly number: string;
  readonly settled: Settled;
  readonly paidMinor: bigint;
  /** Payments that paid a part, however often they are told; absent while none did. */
  readonly partlyPaidBy?: readonly string[];
  readonly finalisedAt: Instant;
  readonly dueAt: Instant;
  /** In the order in which they were made; absent while there is none. */
  readonly creditNotes?: readonly Note[];
}

/** `finalAt`: when it becomes final by itself. */
export type Draft = Common & { readonly status: 'draft'; readonly finalAt: Instant };
export type OpenInvoice = Issued & { readonly status: 'open'; readonly declineCode: string | null };
export type PaidInvoice = Issued & { readonly status: 'paid'; readonly paidAt: Instant };
export type VoidInvoice = Issued & {
  readonly status: 'void';
  readonly voidedAt: Instant;
  readonly voidReason: string;
};
export type Invoice = Draft | OpenInvoice | PaidInvoice | VoidInvoice;
export type InvoiceState = { readonly status: 'none' } | Invoice;

/** What happened to an invoice, as it is written now. */
export type InvoiceEvent =
  | ({ readonly type: 'InvoiceDrafted'; readonly draftedAt: Instant; readonly finalAt: Instant } & Computed)
  | ({ readonly type: 'DraftRetotalled' } & Computed)
  | {
      readonly type: 'InvoiceFinalised';
      readonly number: string;
      readonly settled: Settled;
      readonly finalisedAt: Instant;
      readonly dueAt: Instant;
    }
  /** The rest stays due. */
  | {
      readonly type: 'InvoicePartlyPaid';
      readonly paymentId: string;
      readonly amountMinor: bigint;
      readonly paidAt: Instant;
    }
  /** With all that was paid. */
  | { readonly type: 'InvoicePaid'; readonly amountMinor: bigint; readonly paidAt: Instant }
  | { readonly type: 'InvoiceCredited'; readonly note: Note }
  | { readonly type: 'PaymentDeclined'; readonly code: string; readonly failedAt: Instant }
  | { readonly type: 'InvoiceVoided'; readonly reason: string; readonly voidedAt: Instant };
