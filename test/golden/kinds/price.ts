import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal, fromRational } from '@tollgate/kernel/number/decimal';
import { parsePriceCase } from '@tollgate/kernel/rating/parse';
import { ratePrice } from '@tollgate/kernel/rating/rate';

/** Cases go beyond what callers may send, to show that nothing is lost there. */
export const QUANTITY_MAX = decimal('1000000000000000000');

export const run = (input: Record<string, unknown>, currency: string | undefined): unknown => {
  const known = parseCurrency(currency ?? '');
  if (known === null) return { error: 'UNKNOWN_CURRENCY' };
  const parsed = parsePriceCase(input, QUANTITY_MAX);
  if (!parsed.ok) return { error: 'INVALID_INPUT', ...parsed.rejection };
  const rated = ratePrice(parsed.value, known);
  if ('reason' in rated) return { error: 'NO_MATRIX_PRICE' };
  return {
    amount: fromRational(rated.exact),
    amountMinor: rated.minor.toString(),
    tiers: rated.tiers.map(({ tier, quantity, usage, flat }) => ({
      tier,
      quantity: fromRational(quantity),
      usage: fromRational(usage),
      flat: fromRational(flat),
    })),
  };
};
