import type { Line } from './computation.js';
import type { StoredLines } from './credited.js';

/** What usage of a price was billed by, and by what late usage gives back of it. */
const BILLED_BY: Readonly<Partial<Record<Line['kind'], readonly Line['kind'][]>>> = {
  late: ['usage', 'late'],
  late_true_up: ['true_up', 'late_true_up'],
};

/**
 * Whether an invoice gives back something of another one's lines: of fees by a change, of usage by what came late. Usage that
 * passed a threshold was billed again in full.
 */
export function givesBackOf(invoice: StoredLines, of: StoredLines & { readonly id: string }): boolean {
  const { charges } = invoice.basis;
  if (charges.some((charge) => charge.kind === 'credit' && charge.of.invoiceId === of.id)) return true;
  if (of.basis.origin === 'threshold') return false;
  return invoice.lines.some(({ kind, amountMinor, subscriptionId, priceId, period }) => {
    const kinds = BILLED_BY[kind] ?? [];
    return (
      amountMinor < 0n &&
      of.lines.some(
        (line) =>
          line.amountMinor > 0n &&
          kinds.includes(line.kind) &&
          line.subscriptionId === subscriptionId &&
          line.priceId === priceId &&
          line.period.from === period.from,
      )
    );
  });
}
