import { unreachable } from '@tollgate/kernel/assert';
import type { Amounts, Posting, PostingKind } from '../../ledger/domain/posting.js';
import type { BalanceRefundEvent } from './balance-refund.js';
import type { DisputeEvent } from './dispute.js';
import type { InvoiceEvent } from './state.js';

/** Makes an entry of what an event moves; none where nothing moves. */
export type Entry = (kind: PostingKind, causeId: string, amounts: Amounts) => readonly Posting[];

/** What is disputed is gone, comes back where that is won, and is a loss where it is lost. */
export function disputeEntries(event: DisputeEvent, entry: Entry): readonly Posting[] {
  switch (event.type) {
    case 'InvoiceDisputed': {
      const { id, amountMinor } = event.dispute;
      return entry('dispute_opened', id, { disputed_funds: amountMinor, cash: -amountMinor });
    }
    case 'InvoiceDisputeWon': {
      const { disputeId, amountMinor } = event;
      return entry('dispute_won', disputeId, { cash: amountMinor, disputed_funds: -amountMinor });
    }
    case 'InvoiceDisputeLost': {
      const { disputeId, amountMinor } = event;
      return entry('dispute_lost', disputeId, { bad_debt: amountMinor, disputed_funds: -amountMinor });
    }
    default:
      return unreachable(event);
  }
}

type RefundEvent =
  BalanceRefundEvent | Extract<InvoiceEvent, { readonly type: 'NoteRefunded' | 'NoteRefundRejected' }>;

/** What is to go back is owed until it is paid back; by hand that is at once. */
export function refundEntries(event: RefundEvent, entry: Entry): readonly Posting[] {
  switch (event.type) {
    case 'NoteRefunded': {
      const { paymentId, amountMinor } = event;
      return entry('refund_sent', paymentId, { refunds_payable: amountMinor, cash: -amountMinor });
    }
    case 'NoteRefundRejected': {
      const { noteId, amountMinor } = event;
      const moved = { refunds_payable: amountMinor, customer_credit: -amountMinor };
      return entry('refund_rejected', noteId, moved);
    }
    case 'BalanceRefunded': {
      const { id: refundId, providersMinor, byHandMinor } = event.refund;
      const payable = providersMinor + byHandMinor;
      return [
        ...entry('balance_refund', refundId, { customer_credit: payable, refunds_payable: -payable }),
        ...entry('refund_sent', refundId, { refunds_payable: byHandMinor, cash: -byHandMinor }),
      ];
    }
    case 'BalanceRefundSent': {
      const { paymentId, refundId, amountMinor } = event;
      return entry('refund_sent', paymentId ?? refundId, {
        refunds_payable: amountMinor,
        cash: -amountMinor,
      });
    }
    case 'BalanceRefundRejected': {
      const { refundId, amountMinor } = event;
      const moved = { refunds_payable: amountMinor, customer_credit: -amountMinor };
      return entry('refund_rejected', refundId, moved);
    }
    default:
      return unreachable(event);
  }
}
