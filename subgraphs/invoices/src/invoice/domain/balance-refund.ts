import { assert, unreachable } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { keptOf } from './kept.js';
import type { Invoice, InvoiceEvent } from './state.js';

/** Credit that was paid out, as far as it was taken from what came for one invoice. Amounts are in minor units. */
export interface BalanceRefund {
  /** The same for all invoices that one payout was taken from. */
  readonly id: string;
  /** Why, in the tenant's words; absent where nobody said. */
  readonly reason?: string;
  /** Asked of the providers that took it. */
  readonly providersMinor: bigint;
  /** Paid back by hand, for it came beside the providers. */
  readonly byHandMinor: bigint;
  /** What of the providers' part they paid back by now. */
  readonly sentMinor: bigint;
  /** What of it they will not pay back: that is credit again. */
  readonly rejectedMinor: bigint;
  readonly createdAt: Instant;
}

/** Credit of whoever paid is paid out of what came for the invoice. */
export interface RefundBalance {
  readonly type: 'RefundBalance';
  readonly refund: Omit<BalanceRefund, 'sentMinor' | 'rejectedMinor'>;
}

/** What a provider made of its part: it paid so much back, or will not. */
export interface AnswerBalanceRefund {
  readonly type: 'SendBalanceRefund' | 'RejectBalanceRefund';
  readonly refundId: string;
  /** Null where no payment was found that took it. */
  readonly paymentId: string | null;
  readonly amountMinor: bigint;
  readonly at: Instant;
}

export type BalanceRefundEvent =
  | { readonly type: 'BalanceRefunded'; readonly refund: BalanceRefund }
  | {
      readonly type: 'BalanceRefundSent' | 'BalanceRefundRejected';
      readonly refundId: string;
      readonly paymentId: string | null;
      readonly amountMinor: bigint;
      readonly at: Instant;
    };

/** Nobody asks for more than is left of what came. */
export function refundBalance({ refund }: RefundBalance, state: Invoice): Decision<InvoiceEvent, never> {
  assert(state.status !== 'draft', 'for a draft nothing came');
  const { providersMinor, offlineMinor } = keptOf(state);
  const isThere = refund.providersMinor <= providersMinor && refund.byHandMinor <= offlineMinor;
  assert(isThere, 'only what came and did not go back is paid out');
  return accept({ type: 'BalanceRefunded', refund: { ...refund, sentMinor: 0n, rejectedMinor: 0n } });
}

/** What providers say of a payout that is there, and of no more than they were asked for. */
export function answerBalanceRefund(
  { type, ...answer }: AnswerBalanceRefund,
  state: Invoice,
): Decision<InvoiceEvent, never> {
  const refund = refundsOf(state).find(({ id }) => id === answer.refundId);
  if (refund === undefined) return accept();
  const answered = refund.sentMinor + refund.rejectedMinor;
  if (answered + answer.amountMinor > refund.providersMinor) return accept();
  const event = type === 'SendBalanceRefund' ? 'BalanceRefundSent' : 'BalanceRefundRejected';
  return accept({ type: event, ...answer });
}

/** The payouts of an invoice after one more event. */
export function refundsAfter(state: Invoice, event: BalanceRefundEvent): readonly BalanceRefund[] {
  const refunds = refundsOf(state);
  switch (event.type) {
    case 'BalanceRefunded':
      return [...refunds, event.refund];
    case 'BalanceRefundSent':
      return changed(refunds, event.refundId, (one) => ({ sentMinor: one.sentMinor + event.amountMinor }));
    case 'BalanceRefundRejected':
      return changed(refunds, event.refundId, (one) => ({
        rejectedMinor: one.rejectedMinor + event.amountMinor,
      }));
    default:
      return unreachable(event);
  }
}

function refundsOf(state: Invoice): readonly BalanceRefund[] {
  return state.status === 'draft' ? [] : (state.refunds ?? []);
}

function changed(
  refunds: readonly BalanceRefund[],
  id: string,
  change: (one: BalanceRefund) => Partial<BalanceRefund>,
): readonly BalanceRefund[] {
  return refunds.map((one) => (one.id === id ? { ...one, ...change(one) } : one));
}
