import type { WalletEvent } from '../../balance/domain/wallet-state.js';
import type { ChargeEvent } from '../../charge/domain/charge.js';
import type { InvoiceEvent } from '../../invoice/domain/state.js';

type Words = (data: Readonly<Record<string, unknown>>) => string;

const OF_INVOICES: Readonly<Partial<Record<InvoiceEvent['type'], Words>>> = {
  InvoiceDrafted: () => 'An invoice was made.',
  InvoiceFinalised: ({ number }) => `Invoice ${String(number)} is final.`,
  InvoicePartlyPaid: () => 'A part of the invoice was paid.',
  InvoicePaid: () => 'The invoice is settled.',
  InvoiceOverpaid: () => 'What was paid too much for the invoice became credit.',
  FundsApplied: () => 'Credit paid of the invoice.',
  InvoiceCredited: ({ note }) => `${noteOf(note)} gave something of the invoice back.`,
  NoteRefunded: () => 'A refund was paid.',
  NoteRefundRejected: () => 'What could not be paid back became credit.',
  BalanceRefunded: () => 'Credit was paid out of what came for the invoice.',
  BalanceRefundSent: () => 'A payout of credit was paid.',
  BalanceRefundRejected: () => 'What could not be paid out is credit again.',
  InvoiceDisputed: () => 'A payment of the invoice is disputed: the money is gone meanwhile.',
  InvoiceDisputeWon: () => 'The dispute was won: the money is there again.',
  InvoiceDisputeLost: () => 'The dispute was lost.',
  InvoiceWrittenOff: ({ reason }) => `The invoice was given up: ${String(reason)}`,
  InvoiceVoided: ({ reason }) => `The invoice was voided: ${String(reason)}`,
};

const OF_CHARGES: Readonly<Partial<Record<ChargeEvent['type'], Words>>> = {
  ChargeMade: () => 'Something was charged once.',
};

// What invoices used of a wallet, and what came back to it, is told by the invoices.
const OF_WALLETS: Readonly<Partial<Record<WalletEvent['type'], Words>>> = {
  GrantGiven: ({ grant }) => `Credit was put into the wallet${nameOf(grant)}.`,
  GrantExpired: () => 'Credit of the wallet expired.',
  GrantTaken: () => 'Credit was taken back from the wallet.',
  AutomaticTopUpSet: ({ automatic }) =>
    automatic === null
      ? 'The wallet is not filled by itself any more.'
      : 'The wallet is filled by itself from now on.',
};

/** What happened to a customer's invoices, charges and wallets, in sentences by the type of event. */
export const WORDS: ReadonlyMap<string, Words> = new Map(
  Object.entries({ ...OF_INVOICES, ...OF_CHARGES, ...OF_WALLETS }),
);

function nameOf(grant: unknown): string {
  const name = typeof grant === 'object' && grant !== null && 'name' in grant ? grant.name : undefined;
  return typeof name === 'string' && name !== '' ? `: ${name}` : '';
}

function noteOf(note: unknown): string {
  const number = typeof note === 'object' && note !== null && 'number' in note ? note.number : undefined;
  return typeof number === 'string' ? `Credit note ${number}` : 'A credit note';
}
