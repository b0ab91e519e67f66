import { unreachable } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Invoice, InvoiceEvent, Issued } from './state.js';

/** A payment of the invoice that its customer disputes at the bank. Amounts are in minor units. */
export interface Dispute {
  readonly id: string;
  readonly paymentId: string;
  /** The money is gone, and counts as paid back until the dispute is won. */
  readonly amountMinor: bigint;
  readonly status: 'open' | 'won' | 'lost';
  readonly openedAt: Instant;
}

/** A provider has taken money back that was captured for the invoice. */
export interface OpenDispute {
  readonly type: 'OpenDispute';
  readonly dispute: Omit<Dispute, 'status'>;
}

/** A dispute came to its end. */
export interface CloseDispute {
  readonly type: 'CloseDispute';
  readonly disputeId: string;
  readonly outcome: 'won' | 'lost';
  readonly at: Instant;
}

export type DisputeEvent =
  | { readonly type: 'InvoiceDisputed'; readonly dispute: Omit<Dispute, 'status'> }
  | {
      readonly type: 'InvoiceDisputeWon' | 'InvoiceDisputeLost';
      readonly disputeId: string;
      readonly amountMinor: bigint;
      readonly at: Instant;
    };

/** Once for each dispute; the invoice stays as it is. */
export function openDispute({ dispute }: OpenDispute, state: Invoice): Decision<InvoiceEvent, never> {
  const isKnown = disputesOf(state).some(({ id }) => id === dispute.id);
  return isKnown || state.status === 'draft' ? accept() : accept({ type: 'InvoiceDisputed', dispute });
}

/** Once for each dispute that is open. */
export function closeDispute(
  { disputeId, outcome, at }: CloseDispute,
  state: Invoice,
): Decision<InvoiceEvent, never> {
  const open = disputesOf(state).find(({ id, status }) => id === disputeId && status === 'open');
  if (open === undefined) return accept();
  const type = outcome === 'won' ? 'InvoiceDisputeWon' : 'InvoiceDisputeLost';
  return accept({ type, disputeId, amountMinor: open.amountMinor, at });
}

/** The disputes of an invoice after one more event. */
export function disputesAfter(state: Invoice, event: DisputeEvent): readonly Dispute[] {
  const disputes = disputesOf(state);
  switch (event.type) {
    case 'InvoiceDisputed':
      return [...disputes, { ...event.dispute, status: 'open' }];
    case 'InvoiceDisputeWon':
    case 'InvoiceDisputeLost': {
      const status = event.type === 'InvoiceDisputeWon' ? 'won' : 'lost';
      return disputes.map((one) => (one.id === event.disputeId ? { ...one, status } : one));
    }
    default:
      return unreachable(event);
  }
}

/** Whether a bank still looks into a payment of it. */
export function isDisputed(invoice: Invoice): boolean {
  return disputesOf(invoice).some(({ status }) => status === 'open');
}

/** Whether money for it is gone with a dispute that is open or lost: a change gives nothing of it back. */
export function isChargedBack(invoice: Invoice): boolean {
  return disputesOf(invoice).some(({ status }) => status !== 'won');
}

/** What is gone with disputes that are open or lost, in minor units. */
export function goneMinor({ disputes = [] }: Pick<Issued, 'disputes'>): bigint {
  return sumOf(disputes.filter(({ status }) => status !== 'won'));
}

/** What never comes back, in minor units. */
export function lostMinor({ disputes = [] }: Pick<Issued, 'disputes'>): bigint {
  return sumOf(disputes.filter(({ status }) => status === 'lost'));
}

function disputesOf(state: Invoice): readonly Dispute[] {
  return state.status === 'draft' ? [] : (state.disputes ?? []);
}

function sumOf(disputes: readonly Dispute[]): bigint {
  return disputes.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
