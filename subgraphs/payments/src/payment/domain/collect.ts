import type { Rejection } from '@tollgate/kernel/decision';
import type { Money } from '@tollgate/kernel/money/money';

/** What is known about an invoice that somebody wants to have paid now. */
export interface Collectable {
  /** Null where there is no such invoice. */
  readonly invoice: {
    readonly status: 'open' | 'paid' | 'void' | 'uncollectible';
    /** What is not captured yet. */
    readonly due: Money;
  } | null;
  /** What its payments have captured. */
  readonly paidMinor: bigint;
  /** The payment of it that is under way. */
  readonly live: { readonly id: string; readonly status: string } | null;
  /** Whether a payment that waits for the customer is to be called off. */
  readonly replacesWaiting: boolean;
  /** Whether the customer has a payment method on file. */
  readonly hasMethod: boolean;
}

type NotPayable = Rejection & {
  readonly reason: 'InvoiceNotPayable';
  readonly status: 'PAID' | 'VOID' | 'NOTHING_DUE';
};

export type CollectRejection =
  | (Rejection & { readonly reason: 'UnknownInvoice'; readonly invoiceId: string })
  | NotPayable
  | (Rejection & { readonly reason: 'PaymentInProgress'; readonly payment: { readonly id: string } })
  | (Rejection & { readonly reason: 'NoPaymentMethod' });

/**
 * Why an invoice is not collected now, or null. A payment that nobody could be reached for makes room for a new one, and one
 * that waits for the customer where that is asked for.
 */
export function collectRejection(
  invoiceId: string,
  { invoice, paidMinor, live, replacesWaiting, hasMethod }: Collectable,
): CollectRejection | null {
  if (invoice === null)
    return { reason: 'UnknownInvoice', message: 'There is no such invoice to collect.', invoiceId };
  const settled = nothingDue(invoice, paidMinor);
  if (settled !== null) return settled;
  if (live !== null && !makesRoom(live.status, replacesWaiting)) {
    const message =
      live.status === 'requires_action'
        ? 'A payment of this invoice waits for the customer to confirm it.'
        : 'A payment of this invoice is under way.';
    return { reason: 'PaymentInProgress', message, payment: { id: live.id } };
  }
  if (hasMethod) return null;
  return { reason: 'NoPaymentMethod', message: 'The customer has no payment method on file.' };
}

function makesRoom(status: string, replacesWaiting: boolean): boolean {
  return status === 'unavailable' || (status === 'requires_action' && replacesWaiting);
}

/** Why nothing can be paid on an invoice any more, by a provider or beside them; null where something is due. */
export function nothingDue(
  { status, due }: NonNullable<Collectable['invoice']>,
  paidMinor: bigint,
): NotPayable | null {
  if (status === 'paid' || status === 'void') return notPayable(status === 'paid' ? 'PAID' : 'VOID');
  if (due.minor <= 0n) return notPayable(paidMinor > 0n ? 'PAID' : 'NOTHING_DUE');
  return null;
}

function notPayable(status: 'PAID' | 'VOID' | 'NOTHING_DUE'): NotPayable {
  return { reason: 'InvoiceNotPayable', message: 'Nothing is to be collected on this invoice.', status };
}
