import type { Instant } from '@tollgate/kernel/time/time';
import type { WalletPart } from '../../balance/domain/grant.js';
import type { BalanceRefund, BalanceRefundEvent } from './balance-refund.js';
import type { Dispute, DisputeEvent } from './dispute.js';
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
  /** Subscriptions on it whose service was over before what was billed; absent while there is none. */
  readonly cuts?: readonly RevenueCut[];
}

/** The service of a subscription is over: what its lines still defer is earned at once. */
export interface RevenueCut {
  readonly subscriptionId: string;
  readonly at: Instant;
  /** How many credit notes there were before. */
  readonly notes: number;
}

/** A credit note of an invoice: what it gives back, and where that goes. Amounts are in minor units. */
export interface Note {
  readonly id: string;
  /** Without gaps inside the tenant; absent in what earlier releases wrote. */
  readonly number?: string;
  /** Why, in the tenant's words; absent where nobody said. */
  readonly reason?: string;
  /** Parts of lines as priced, before coupons. */
  readonly items: readonly { readonly lineId: string; readonly amountMinor: bigint }[];
  readonly subtotalMinor: bigint;
  readonly taxes: readonly { readonly name: string; readonly amountMinor: bigint }[];
  readonly taxMinor: bigint;
  readonly totalMinor: bigint;
  /** Lowered what was due. */
  readonly toDueMinor: bigint;
  /** Lowered the loss of disputes that were lost; absent where nothing did. */
  readonly toLossMinor?: bigint;
  /** Went back to promotional grants, the last used first; absent where nothing did. */
  readonly walletParts?: readonly WalletPart[];
  readonly toBalanceMinor: bigint;
  /** Paid back by the providers that took it; what they will not pay back is in the balance instead. */
  readonly refundedMinor: bigint;
  readonly createdAt: Instant;
}

/** Money that came for an invoice, once for each payment. Amounts are in minor units. */
export interface Receipt {
  readonly paymentId: string;
  /** What it paid of the invoice. */
  readonly appliedMinor: bigint;
  /** What was over: the customer's credit. */
  readonly overMinor: bigint;
  /** Whether it came beside the providers. */
  readonly offline: boolean;
}

/** A number, and what became of the total. */
export interface Issued extends Common {
  readonly number: string;
  readonly settled: Settled;
  readonly paidMinor: bigint;
  /** Payments that paid a part, however often they are told; absent while none did. */
  readonly partlyPaidBy?: readonly string[];
  /** Absent while there is none, and of payments that earlier releases booked. */
  readonly receipts?: readonly Receipt[];
  readonly finalisedAt: Instant;
  readonly dueAt: Instant;
  /** In the order in which they were made; absent while there is none. */
  readonly creditNotes?: readonly Note[];
  /** Credit that was paid out of what came for it, in the order in which it was; absent while there is none. */
  readonly refunds?: readonly BalanceRefund[];
  /** Payments of it that were disputed, in the order in which they were; absent while there is none. */
  readonly disputes?: readonly Dispute[];
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
/** Nobody expects it to be paid any more; it still can be. */
export type UncollectibleInvoice = Issued & {
  readonly status: 'uncollectible';
  readonly writtenOffAt: Instant;
  readonly writeOffReason: string;
};
export type Invoice = Draft | OpenInvoice | PaidInvoice | VoidInvoice | UncollectibleInvoice;
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
  /** The rest stays due. Earlier releases did not say whether it came beside the providers. */
  | {
      readonly type: 'InvoicePartlyPaid';
      readonly paymentId: string;
      readonly amountMinor: bigint;
      readonly paidAt: Instant;
      readonly offline?: boolean;
    }
  /** With all that was paid, and the payment that settled it; absent where none did, and in what earlier releases wrote. */
  | {
      readonly type: 'InvoicePaid';
      readonly amountMinor: bigint;
      readonly paidAt: Instant;
      readonly payment?: Omit<Receipt, 'overMinor'>;
    }
  /** More came than was due: what is over is the customer's credit. */
  | {
      readonly type: 'InvoiceOverpaid';
      readonly paymentId: string;
      readonly amountMinor: bigint;
      readonly paidAt: Instant;
      readonly offline: boolean;
    }
  /** A later try to collect took what whoever pays had by then: of the balance so much, of the wallet these parts. */
  | {
      readonly type: 'FundsApplied';
      readonly creditMinor: bigint;
      readonly walletParts: readonly WalletPart[];
      readonly at: Instant;
    }
  | { readonly type: 'InvoiceCredited'; readonly note: Note }
  /** A provider will not pay back what a note says: it is the customer's credit instead. */
  | {
      readonly type: 'NoteRefundRejected';
      readonly noteId: string;
      readonly amountMinor: bigint;
      readonly at: Instant;
    }
  /** A provider paid back what a note says, or the part of it that it took. */
  | {
      readonly type: 'NoteRefunded';
      readonly noteId: string;
      readonly paymentId: string;
      readonly amountMinor: bigint;
      readonly at: Instant;
    }
  | BalanceRefundEvent
  | DisputeEvent
  /** The service of a subscription is over: what its lines here still defer is earned. */
  | { readonly type: 'RevenueCut'; readonly subscriptionId: string; readonly at: Instant }
  | { readonly type: 'InvoiceWrittenOff'; readonly reason: string; readonly writtenOffAt: Instant }
  | { readonly type: 'PaymentDeclined'; readonly code: string; readonly failedAt: Instant }
  | { readonly type: 'InvoiceVoided'; readonly reason: string; readonly voidedAt: Instant };
