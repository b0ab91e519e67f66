import { assert } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { LocalDate } from '@tollgate/kernel/time/time';

/** The accounts of a tenant, in each currency. */
export const ACCOUNTS = [
  'accounts_receivable',
  'cash',
  'deferred_revenue',
  'revenue',
  'tax_payable',
  'customer_credit',
  'wallet_liability',
  'promotional_expense',
  'refunds_payable',
  'bad_debt',
  'disputed_funds',
] as const;
export type Account = (typeof ACCOUNTS)[number];

/** Minor units by account, debit above zero and credit below; an account without an entry does not move. */
export type Amounts = Readonly<Partial<Record<Account, bigint>>>;

/** What an entry of the ledger is for. */
export const POSTING_KINDS = [
  'invoice_finalised',
  'credit_generated',
  'credit_applied',
  'wallet_applied',
  'payment',
  'overpayment',
  'credit_note',
  'balance_refund',
  'refund_sent',
  'refund_rejected',
  'dispute_opened',
  'dispute_won',
  'dispute_lost',
  'write_off',
  'void',
  'wallet_granted',
  'wallet_revoked',
  'wallet_expired',
  'wallet_disputed',
  'top_up_lapsed',
] as const;
export type PostingKind = (typeof POSTING_KINDS)[number];

/** Whose books an entry is in, and for whom. */
export interface PostedFor {
  readonly currency: Currency;
  /** Whom it concerns: whose invoice it is, or whose credit. */
  readonly customerId: string;
  /** Null where it is about no invoice. */
  readonly invoiceId: string | null;
}

/** One entry of the ledger: what one cause moves between accounts. It sums to zero. */
export interface Posting extends PostedFor {
  readonly kind: PostingKind;
  /** Id of what it is for: the invoice, the payment, the credit note. */
  readonly causeId: string;
  /** The date, where the customer is, on which its revenue is earned. */
  readonly revenueOn: LocalDate;
  readonly amounts: Amounts;
}

/** An entry with the accounts that move; none where nothing does. */
export function posted(posting: Posting): readonly Posting[] {
  const entry = balanced(posting);
  return Object.keys(entry.amounts).length === 0 ? [] : [entry];
}

/** The same, also where nothing moves: that something happened is to be seen in the books. */
export function balanced({ amounts, ...entry }: Posting): Posting {
  const moved = Object.entries(amounts).filter(([, minor]) => minor !== 0n);
  const sum = moved.reduce((total, [, minor]) => total + minor, 0n);
  assert(sum === 0n, `an entry sums to zero, not to ${sum} (${entry.kind} ${entry.causeId})`);
  return { ...entry, amounts: Object.fromEntries(moved) };
}

/** The same the other way round. */
export function reversed(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).map(([account, minor]) => [account, -minor]));
}
