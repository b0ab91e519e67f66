import { parseCurrency } from '@tollgate/kernel/money/currency';
import { parseProgressive, progressivePeriod } from '@tollgate/kernel/rating/threshold';
import { QUANTITY_MAX } from './price.js';
import { shownInstant, shownMinor } from './shown.js';

export const run = (input: Record<string, unknown>, currency: string | undefined): unknown => {
  const known = parseCurrency(currency ?? '');
  if (known === null) return { error: 'UNKNOWN_CURRENCY' };
  const parsed = parseProgressive(input, QUANTITY_MAX);
  if (!parsed.ok) return { error: 'INVALID_INPUT', ...parsed.rejection };
  const { invoices, usageMinor, planFeeMinor, creditMinor, totalMinor } = progressivePeriod(
    parsed.value,
    known,
  );
  return {
    invoices: invoices.map(({ at, amountMinor }) => ({
      at: shownInstant(at),
      amount: shownMinor(amountMinor, known),
    })),
    final: {
      usage: shownMinor(usageMinor, known),
      planFee: shownMinor(planFeeMinor, known),
      credit: shownMinor(creditMinor, known),
      total: shownMinor(totalMinor, known),
    },
  };
};
