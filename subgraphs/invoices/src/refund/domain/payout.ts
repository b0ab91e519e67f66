import { assert } from '@tollgate/kernel/assert';
import { reject } from '@tollgate/kernel/decision';
import type { Kept } from '../../invoice/domain/kept.js';

/** What came for one invoice and did not go back. */
export interface KeptOf extends Kept {
  readonly invoiceId: string;
}

/** So much of a payout is taken from what came for one invoice. Amounts are in minor units. */
export interface PayoutPart {
  readonly invoiceId: string;
  /** Providers that took it pay it back. */
  readonly providersMinor: bigint;
  /** It came beside them and is paid back by hand. */
  readonly byHandMinor: bigint;
}

/** What a customer has and owes, in one currency and in minor units. */
export interface PayoutFunds {
  readonly balanceMinor: bigint;
  /** Due on invoices that are open or were given up. */
  readonly dueMinor: bigint;
  /** What came, the newest invoice first; may end where there is enough. */
  readonly kept: readonly KeptOf[];
}

export type PayoutRejection =
  | { readonly reason: 'InsufficientBalance'; readonly message: string; readonly balanceMinor: bigint }
  | { readonly reason: 'RefundExceedsPayment'; readonly message: string; readonly refundableMinor: bigint };

/** What a payout is taken from, or why there is none. */
export type PayoutDecision =
  | { readonly ok: true; readonly parts: readonly PayoutPart[] }
  | { readonly ok: false; readonly rejection: PayoutRejection };

/**
 * How much credit is paid out, and of what: at most the balance, and at most what came and did not go back, less what is still
 * owed. It is taken from the newest invoice on, of each what providers took first.
 */
export function payout(amountMinor: bigint, funds: PayoutFunds): PayoutDecision {
  const { balanceMinor, dueMinor, kept } = funds;
  assert(amountMinor > 0n, 'a payout is above zero');
  if (amountMinor > balanceMinor)
    return reject({
      reason: 'InsufficientBalance',
      message: 'The credit balance has less than that.',
      balanceMinor,
    });
  const refundableMinor = keptMinor(kept) - dueMinor;
  if (amountMinor > refundableMinor)
    return reject({
      reason: 'RefundExceedsPayment',
      message: 'Less was paid and not paid back, after what is still due.',
      refundableMinor: refundableMinor > 0n ? refundableMinor : 0n,
    });
  return { ok: true, parts: partsOf(amountMinor, kept) };
}

/** All that came and did not go back, in minor units. */
export function keptMinor(kept: readonly Kept[]): bigint {
  return kept.reduce((sum, { providersMinor, offlineMinor }) => sum + providersMinor + offlineMinor, 0n);
}

function partsOf(amountMinor: bigint, kept: readonly KeptOf[]): PayoutPart[] {
  let leftMinor = amountMinor;
  const take = (mostMinor: bigint) => {
    const taken = leftMinor < mostMinor ? leftMinor : mostMinor;
    leftMinor -= taken;
    return taken;
  };
  const parts = kept.map(({ invoiceId, providersMinor, offlineMinor }) => ({
    invoiceId,
    providersMinor: take(providersMinor),
    byHandMinor: take(offlineMinor),
  }));
  assert(leftMinor === 0n, 'what may be paid out is there');
  return parts.filter(({ providersMinor, byHandMinor }) => providersMinor + byHandMinor > 0n);
}
