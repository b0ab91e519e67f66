import type { Amount } from './objects.js';

/** Currencies that PayPal takes without decimals, whatever ISO 4217 says. */
const WHOLE = new Set(['HUF', 'JPY', 'TWD']);

/** A positive amount in the form PayPal accepts; undefined when malformed. */
export function parseAmount(value: unknown): Amount | undefined {
  const { currency_code: code, value: text } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Record<string, unknown>;
  if (typeof code !== 'string' || !/^[A-Z]{3}$/.test(code) || typeof text !== 'string') return undefined;
  const form = WHOLE.has(code) ? /^\d{1,10}$/ : /^\d{1,10}(\.\d{2})?$/;
  if (!form.test(text) || /^[0.]+$/.test(text)) return undefined;
  return { currency_code: code, value: WHOLE.has(code) || text.includes('.') ? text : `${text}.00` };
}

/** The amount in PayPal's smallest unit of the currency, to compare and add. */
export const minorOf = (amount: Amount): bigint => BigInt(amount.value.replace('.', ''));

/** So many of the smallest unit as PayPal writes them. */
export function amountOf(minor: bigint, currency: string): Amount {
  const digits = minor.toString().padStart(3, '0');
  const value = WHOLE.has(currency) ? minor.toString() : `${digits.slice(0, -2)}.${digits.slice(-2)}`;
  return { currency_code: currency, value };
}
