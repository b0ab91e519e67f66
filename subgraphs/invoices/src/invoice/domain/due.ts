import {
  addDaysToDate,
  dateOf,
  instantOf,
  timeOf,
  type Instant,
  type TimeZone,
} from '@tollgate/kernel/time/time';
import type { Invoice, Issued } from './state.js';

/** How an invoice is to be paid, as it was when it was created; a basis has none where that is at once and by itself. */
export interface PaymentTerms {
  /** `manual`: it is not charged by itself. */
  readonly collection: 'automatic' | 'manual';
  readonly dueDays: number;
  /** The customer's. */
  readonly timeZone: TimeZone;
}

/** When payment is due: so many days later at the same local time. */
export function dueAt(finalisedAt: Instant, terms: PaymentTerms | undefined): Instant {
  if (terms === undefined || terms.dueDays === 0) return finalisedAt;
  const { timeZone, dueDays } = terms;
  const date = addDaysToDate(dateOf(finalisedAt, timeZone), dueDays);
  return instantOf(date, timeOf(finalisedAt, timeZone), timeZone);
}

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
