import type { Basis } from './basis.js';
import type { Line } from './computation.js';
import type { Invoice } from './state.js';

/** What an invoice bills, and from what that is computed. */
export interface StoredLines {
  readonly basis: Basis;
  readonly lines: readonly Line[];
}

/** What credit notes gave back of an invoice so far, by line, in minor units before coupons. */
export function creditedOn(invoice: Invoice): Map<string, bigint> {
  const credited = new Map<string, bigint>();
  const notes = invoice.status === 'draft' ? [] : (invoice.creditNotes ?? []);
  for (const { items } of notes)
    for (const { lineId, amountMinor } of items)
      credited.set(lineId, (credited.get(lineId) ?? 0n) + amountMinor);
  return credited;
}

/** What changes took of other invoices' lines, by line, in minor units before coupons; of invoices that are not void. */
export function takenFrom(bases: readonly Basis[]): Map<string, bigint> {
  const taken = new Map<string, bigint>();
  for (const { charges } of bases)
    for (const charge of charges)
      if (charge.kind === 'credit')
        taken.set(charge.of.lineId, (taken.get(charge.of.lineId) ?? 0n) + charge.takenMinor);
  return taken;
}
