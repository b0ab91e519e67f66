import { parseCurrency } from '@tollgate/kernel/money/currency';
import { allocate, majorText } from '@tollgate/kernel/money/money';
import { fromDecimal } from '@tollgate/kernel/number/rational';
import { moneyOf } from './shown.js';

interface AllocateInput {
  readonly amount: string;
  readonly weights: readonly string[];
}

export const run = (input: Record<string, unknown>, currency: string | undefined): unknown => {
  const known = parseCurrency(currency ?? '');
  if (known === null) return { error: 'UNKNOWN_CURRENCY' };
  const { amount, weights } = input as unknown as AllocateInput;
  const parts = allocate(moneyOf(amount, known), weights.map(fromDecimal));
  return parts === null ? { error: 'INVALID_WEIGHTS' } : { parts: parts.map(majorText) };
};
