import { parseCurrency } from '@tollgate/kernel/money/currency';
import { fromRational } from '@tollgate/kernel/number/decimal';
import { majorText } from '@tollgate/kernel/money/money';
import { parseCommitment, settleMinimum, settleQuantity } from '@tollgate/kernel/rating/commitment';
import { QUANTITY_MAX } from './price.js';

export const run = (input: Record<string, unknown>, currency: string | undefined): unknown => {
  const known = parseCurrency(currency ?? '');
  if (known === null) return { error: 'UNKNOWN_CURRENCY' };
  const parsed = parseCommitment(input, QUANTITY_MAX);
  if (!parsed.ok) return { error: 'INVALID_INPUT', ...parsed.rejection };
  if (parsed.value.type === 'minimum') {
    const { minimum, billed, trueUp } = settleMinimum(parsed.value, known);
    return { minimum: majorText(minimum), billed: fromRational(billed), trueUp: fromRational(trueUp) };
  }
  const { committed, overage, shortfall, amount } = settleQuantity(parsed.value, known);
  return {
    committed: majorText(committed),
    overage: majorText(overage),
    shortfall: majorText(shortfall),
    amount: majorText(amount),
  };
};
