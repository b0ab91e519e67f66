import type { InputReader } from './input.js';
import type { Currency } from './money/currency.js';

/** Rejects a list in which a currency is given more than once, at its second place: `input.prices[1].currency`. */
export function eachCurrencyOnce(
  fields: InputReader,
  path: string,
  given: readonly { readonly currency: Currency }[],
): void {
  const seen = new Set<Currency>();
  given.forEach(({ currency }, index) => {
    if (seen.has(currency)) fields.reject(`${path}[${index}].currency`, 'Give each currency once.');
    seen.add(currency);
  });
}
