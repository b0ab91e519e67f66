import { moneyView } from '../rating/view.js';
import type { Quoted } from './domain/quoted.js';

/** What a quote showed, as the schema shows it. */
export function quotedView({ basis: { currency }, lines, totals }: Quoted) {
  const amount = (minor: bigint) => moneyView(minor, currency);
  return {
    lines: lines.map(({ key, description, quantity, amountMinor, period }) => ({
      ...{ key, description, quantity, period },
      amount: amount(amountMinor),
    })),
    subtotal: amount(totals.subtotalMinor),
    discount: amount(totals.discountMinor),
    tax: amount(totals.taxMinor),
    total: amount(totals.totalMinor),
  };
}
