import type { InvoiceEvent } from './state.js';

type Data = Readonly<Record<string, unknown>>;

/** What happened to an invoice, in words. */
const WORDS: Readonly<Partial<Record<InvoiceEvent['type'], (data: Data) => string>>> = {
  InvoiceDrafted: () => 'It was made.',
  InvoiceFinalised: ({ number }) => `It is final: ${String(number)}.`,
  InvoicePartlyPaid: () => 'A part of it was paid.',
  InvoicePaid: () => 'It is settled.',
  InvoiceOverpaid: () => 'What was paid too much became credit.',
  FundsApplied: () => 'Credit paid of it.',
  InvoiceCredited: () => 'A credit note gave something back.',
  NoteRefunded: () => 'A refund was paid.',
  InvoiceWrittenOff: ({ reason }) => `It was given up: ${String(reason)}`,
  InvoiceVoided: ({ reason }) => `It was voided: ${String(reason)}`,
  PaymentDeclined: ({ code }) => `A payment was declined (${String(code)}).`,
};

const BY_TYPE: ReadonlyMap<string, (data: Data) => string> = new Map(Object.entries(WORDS));

/** Types of events that a timeline tells. */
export const TOLD_TYPES: readonly string[] = [...BY_TYPE.keys()];

/** An event in words. */
export function wordsOf(type: string, data: Data): string {
  return BY_TYPE.get(type)?.(data) ?? type;
}
