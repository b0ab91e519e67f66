import { exponentOf, isCurrency, type Currency } from '@tollgate/kernel/money/currency';
import type { Money } from '@tollgate/kernel/money/money';

/** Stripe's own decimals where they are not ISO 4217's (docs.stripe.com/currencies): its integers count these units. */
const STRIPE_EXPONENTS: Partial<Record<Currency, number>> = { ISK: 2, MGA: 0, UGX: 2 };

/** Three-decimal currencies end in 0 and two-decimal ISK and UGX in 00, or Stripe refuses. */
const STRIPE_STEPS: Partial<Record<Currency, bigint>> = {
  BHD: 10n,
  ISK: 100n,
  JOD: 10n,
  KWD: 10n,
  OMR: 10n,
  TND: 10n,
  UGX: 100n,
};

/** Every currency PayPal takes (developer.paypal.com/reference/currency-codes) and its decimals there. */
const PAYPAL_EXPONENTS: Partial<Record<Currency, number>> = {
  AUD: 2,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 0,
  ILS: 2,
  JPY: 0,
  MXN: 2,
  MYR: 2,
  NOK: 2,
  NZD: 2,
  PHP: 2,
  PLN: 2,
  SEK: 2,
  SGD: 2,
  THB: 2,
  TWD: 0,
  USD: 2,
};

/** Stripe's integer for the amount; null when Stripe cannot charge exactly that. */
export function toStripeAmount({ minor, currency }: Money): number | null {
  const amount = rescale(minor, exponentOf(currency), stripeExponent(currency));
  const step = STRIPE_STEPS[currency] ?? 1n;
  if (amount === null || amount < 1n || amount % step !== 0n || amount > BigInt(Number.MAX_SAFE_INTEGER))
    return null;
  return Number(amount);
}

/** Why PayPal cannot charge an amount that `toPaypalValue` has no text for: not in the currency at all, or not exactly this. */
export function paypalUnchargeable({ currency }: Money): 'currency_not_supported' | 'amount_not_supported' {
  return PAYPAL_EXPONENTS[currency] === undefined ? 'currency_not_supported' : 'amount_not_supported';
}

/** Null when the currency or the amount is none of ours. */
export function fromStripeAmount(amount: number, code: string): Money | null {
  const currency = code.toUpperCase();
  if (!isCurrency(currency) || !Number.isSafeInteger(amount)) return null;
  const minor = rescale(BigInt(amount), stripeExponent(currency), exponentOf(currency));
  return minor === null ? null : { minor, currency };
}

/** PayPal's decimal text for the amount; null when PayPal cannot charge exactly that, or not in this currency. */
export function toPaypalValue({ minor, currency }: Money): string | null {
  const exponent = PAYPAL_EXPONENTS[currency];
  if (exponent === undefined || minor < 1n) return null;
  const amount = rescale(minor, exponentOf(currency), exponent);
  if (amount === null) return null;
  if (exponent === 0) return amount.toString();
  const digits = amount.toString().padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** Null when the currency or the amount is none of ours. */
export function fromPaypalValue(value: string, code: string): Money | null {
  if (!isCurrency(code) || !/^\d+(\.\d+)?$/.test(value)) return null;
  const [whole = '', decimals = ''] = value.split('.');
  const minor = rescale(BigInt(whole + decimals), decimals.length, exponentOf(code));
  return minor === null ? null : { minor, currency: code };
}

const stripeExponent = (currency: Currency): number => STRIPE_EXPONENTS[currency] ?? exponentOf(currency);

/** Moves the decimal point; null when digits would be lost. */
function rescale(units: bigint, from: number, to: number): bigint | null {
  if (to >= from) return units * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  return units % divisor === 0n ? units / divisor : null;
}
