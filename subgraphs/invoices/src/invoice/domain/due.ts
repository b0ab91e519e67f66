import type { Invoice, Issued } from './state.js';

/** What is left of what was due: less what was paid and what notes lowered it by. In minor units. */
export function openMinor({
  settled,
  paidMinor,
  creditNotes = [],
}: Pick<Issued, 'settled' | 'paidMinor' | 'creditNotes'>): bigint {
  const lowered = creditNotes.reduce((sum, { toDueMinor }) => sum + toDueMinor, 0n);
  return settled.dueMinor - paidMinor - lowered;
}

/** What is still to be paid of a final invoice, in minor units: nothing where it is settled or void. */
export function dueMinor(invoice: Exclude<Invoice, { readonly status: 'draft' }>): bigint {
  return invoice.status === 'open' || invoice.status === 'uncollectible' ? openMinor(invoice) : 0n;
}
