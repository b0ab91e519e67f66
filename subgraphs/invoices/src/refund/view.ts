import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { moneyView } from '../rating/view.js';
import type { PayoutPart, PayoutRejection } from './domain/payout.js';
import type { StoredRefund } from './handlers/find.js';

/** A payout of credit as the schema shows it. */
export function refundView(stored: StoredRefund) {
  const [{ id, customerId, currency, reason, createdAt }] = stored;
  const sum = (minor: (one: StoredRefund[number]) => bigint) =>
    stored.reduce((total, one) => total + minor(one), 0n);
  const rejectedMinor = sum((one) => one.rejectedMinor);
  const waitsMinor = sum((one) => one.providersMinor - one.sentMinor) - rejectedMinor;
  return {
    ...{ id, reason, createdAt, customer: { id: customerId }, parts: partsView(stored, currency) },
    amount: moneyView(
      sum((one) => one.providersMinor + one.byHandMinor),
      currency,
    ),
    paidBack: moneyView(
      sum((one) => one.sentMinor + one.byHandMinor),
      currency,
    ),
    rejected: moneyView(rejectedMinor, currency),
    status:
      waitsMinor > 0n
        ? ('PENDING' as const)
        : rejectedMinor > 0n
          ? ('FAILED' as const)
          : ('SUCCEEDED' as const),
  };
}

/** What a payout is taken from, as the schema shows it. */
export function partsView(parts: readonly PayoutPart[], currency: Currency) {
  return parts.map(({ invoiceId, providersMinor, byHandMinor }) => ({
    invoiceId,
    byProviders: moneyView(providersMinor, currency),
    byHand: moneyView(byHandMinor, currency),
  }));
}

/** Why credit is not paid out, in the schema's words. */
export function notPaidOutView(rejection: PayoutRejection, currency: Currency) {
  const { reason, message } = rejection;
  switch (reason) {
    case 'InsufficientBalance':
      return { reason, message, balance: moneyView(rejection.balanceMinor, currency) };
    case 'RefundExceedsPayment':
      return { reason, message, refundable: moneyView(rejection.refundableMinor, currency) };
    default:
      return unreachable(reason);
  }
}
