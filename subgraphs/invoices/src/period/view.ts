import { lineView, moneyView } from '../invoice/view.js';
import type { Preview } from './handlers/preview.js';

/** A preview as the schema shows it. What the fees of the next period cover is not known yet. */
export function previewView({ basis, lines, totals, nextFrom }: Preview) {
  const amount = (minor: bigint) => moneyView(minor, basis.currency);
  return {
    customer: { id: basis.customerId },
    subscription: { id: basis.subscriptionId ?? '' },
    currency: basis.currency,
    period: basis.period,
    lines: lines.map((line) => {
      const { id: _id, period, ...rest } = lineView(line, basis.currency);
      return { ...rest, period: line.kind === 'fee' && period.from === nextFrom ? null : period };
    }),
    subtotal: amount(totals.subtotalMinor),
    tax: amount(totals.taxMinor),
    total: amount(totals.totalMinor),
    taxRate: basis.taxPercent,
  };
}
