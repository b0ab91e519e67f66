import type { Declined } from './domain/provider.js';

/** Decline codes after which the same method never works again (docs.stripe.com/declines/codes). */
const HARD = new Set([
  'amount_not_supported',
  'amount_too_large',
  'amount_too_small',
  'currency_not_supported',
  'expired_card',
  'fraudulent',
  'incorrect_number',
  'invalid_account',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'invalid_number',
  'lost_card',
  'merchant_blacklist',
  'payment_method_not_found',
  'pickup_card',
  'restricted_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'stolen_card',
]);

/** PayPal's issues that are a no of bank, payer or PayPal, in our words. Any other issue is our own mistake. */
const PAYPAL_DECLINES = new Map([
  ['ALIAS_DECLINED_BY_PROCESSOR', 'instrument_declined'],
  ['CARD_CLOSED', 'invalid_account'],
  ['CARD_EXPIRED', 'expired_card'],
  ['COMPLIANCE_VIOLATION', 'restricted_card'],
  ['CURRENCY_NOT_SUPPORTED', 'currency_not_supported'],
  ['DECLINED_DUE_TO_RELATED_TXN', 'instrument_declined'],
  ['INSTRUMENT_DECLINED', 'instrument_declined'],
  ['MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED', 'attempts_exceeded'],
  ['PAYER_ACCOUNT_LOCKED_OR_CLOSED', 'invalid_account'],
  ['PAYER_ACCOUNT_RESTRICTED', 'restricted_card'],
  ['PAYER_CANNOT_PAY', 'card_declined'],
  ['PAYMENT_SOURCE_DECLINED_BY_PROCESSOR', 'instrument_declined'],
  ['REDIRECT_PAYER_FOR_ALTERNATE_FUNDING', 'instrument_declined'],
  ['REFERENCED_CARD_EXPIRED', 'expired_card'],
  ['TOKEN_EXPIRED', 'expired_card'],
  ['TOKEN_ID_NOT_FOUND', 'payment_method_not_found'],
  ['TRANSACTION_BLOCKED_BY_PAYEE', 'card_declined'],
  ['TRANSACTION_LIMIT_EXCEEDED', 'card_velocity_exceeded'],
  ['TRANSACTION_REFUSED', 'card_declined'],
]);

/** A decline with this code, hard where the code says so. */
export function declined(code: string, reference?: string): Declined {
  const base = { outcome: 'declined', code, hard: HARD.has(code) } as const;
  return reference === undefined ? base : { ...base, reference };
}

/** The bank's reason where Stripe passes one on, else Stripe's own code; `generic_decline` says no more than declined. */
export function stripeDeclineCode(code: string | undefined, declineCode: string | undefined): string {
  // The SDK puts '' where Stripe sends none.
  if (!declineCode || declineCode === 'generic_decline') return code || 'card_declined';
  return declineCode;
}

/** Undefined when the issue is not a decline. */
export const paypalDeclineCode = (issue: string): string | undefined => PAYPAL_DECLINES.get(issue);
