import { goneMinor } from './dispute.js';
import { capturedMinor } from './receipt.js';
import type { Issued } from './state.js';

/** What came for an invoice and did not go back, in minor units. */
export interface Kept {
  /** What providers took, whatever it paid of the invoice: they can pay it back. */
  readonly providersMinor: bigint;
  /** What came beside them: whoever pays that back does it by hand. */
  readonly offlineMinor: bigint;
}

/** What is left to pay back of an invoice: less what notes and payouts of credit gave back, and what is gone with disputes. */
export function keptOf(invoice: Issued): Kept {
  const { creditNotes = [], refunds = [], receipts = [] } = invoice;
  const noted = creditNotes.reduce((sum, { refundedMinor }) => sum + refundedMinor, 0n);
  const asked = refunds.reduce((sum, one) => sum + one.providersMinor - one.rejectedMinor, 0n);
  const byHand = refunds.reduce((sum, { byHandMinor }) => sum + byHandMinor, 0n);
  const offline = receipts.filter((one) => one.offline);
  const came = offline.reduce((sum, { appliedMinor, overMinor }) => sum + appliedMinor + overMinor, 0n);
  return {
    providersMinor: notBelowZero(capturedMinor(invoice) - noted - asked - goneMinor(invoice)),
    offlineMinor: notBelowZero(came - byHand),
  };
}

function notBelowZero(minor: bigint): bigint {
  return minor > 0n ? minor : 0n;
}
