import { assert } from '@tollgate/kernel/assert';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { cancel, cut } from './cancel.js';
import { catchUpBefore } from './close.js';
import type { Contract } from './contract.js';
import { fold, isOpen, type MadeState, type SubscriptionEvent, type SubscriptionState } from './state.js';

/** An invoice of the subscription was not paid when it should have been, or is not in that state any more. */
export type PastDueEvent =
  | { readonly type: 'InvoicePastDue'; readonly invoiceId: string; readonly at: Instant }
  | { readonly type: 'InvoiceNotPastDue'; readonly invoiceId: string; readonly at: Instant };

/** Whether an invoice of it fails, as payments tells it. */
export interface NoteInvoice {
  readonly type: 'NoteInvoice';
  readonly invoiceId: string;
  readonly isFailing: boolean;
  readonly at: Instant;
}

/** An invoice of it could not be collected, and the tenant's policy says what follows. */
export interface EndByDunning {
  readonly type: 'EndByDunning';
  readonly invoiceId: string;
  readonly action: 'cancel' | 'pause';
  readonly now: Instant;
}

type Decided = Decision<SubscriptionEvent, never>;

/** Told once, however often it is said. */
export function noteInvoice({ invoiceId, isFailing, at }: NoteInvoice, state: SubscriptionState): Decided {
  if (state.status === 'none') return accept();
  const isKnown = failingIn(state.contract).includes(invoiceId);
  if (isKnown === isFailing) return accept();
  return accept({ type: isFailing ? 'InvoicePastDue' : 'InvoiceNotPastDue', invoiceId, at });
}

/**
 * It is cancelled or paused at once, and what is unused of that invoice's fees is given back. What would begin at that very
 * instant does not: dunning comes first. A contract's subscriptions are the tenant's to end.
 */
export function endByDunning({ invoiceId, action, now }: EndByDunning, state: SubscriptionState): Decided {
  if (state.status === 'none' || state.status === 'ended' || state.contract.agreementId) return accept();
  const caughtUp = catchUpBefore(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'none' || current.status === 'ended') return accept(...caughtUp);
  if (!isOpen(current)) return action === 'pause' ? accept(...caughtUp) : ended(caughtUp, current, now);
  const bill = cut(current, now, 'balance');
  const credit = bill.credit === null ? null : { ...bill.credit, invoiceId };
  const isPaused = action === 'pause' && current.status !== 'cancelling';
  // A trial does not pause before it is over.
  if (isPaused && current.open.paid === null)
    return accept(...caughtUp, ...(current.waiting.pauses ? [] : [{ type: 'PauseScheduled' as const }]));
  const over = isPaused
    ? ({ reason: 'pause', over: 'paused' } as const)
    : ({ reason: 'cancel', over: 'ended' } as const);
  return accept(...caughtUp, { ...bill, credit, ...over });
}

function ended(caughtUp: readonly SubscriptionEvent[], current: MadeState, now: Instant): Decided {
  const decided = cancel({ type: 'CancelSubscription', when: 'NOW', creditTo: null, now }, current);
  assert(decided.ok, 'what runs no period and is not over ends');
  return accept(...caughtUp, ...decided.events);
}

/** Whether one of its invoices fails. */
export function isPastDue({ contract }: MadeState): boolean {
  return failingIn(contract).length > 0;
}

/** Whether an event is about an invoice that fails. */
export function isOfPastDue(event: SubscriptionEvent): event is PastDueEvent {
  return event.type === 'InvoicePastDue' || event.type === 'InvoiceNotPastDue';
}

/** The state with one more invoice that fails, or one less. */
export function evolvePastDue(state: MadeState, { type, invoiceId }: PastDueEvent): SubscriptionState {
  const others = failingIn(state.contract).filter((one) => one !== invoiceId);
  const failing = type === 'InvoicePastDue' ? [...others, invoiceId] : others;
  const { failing: _before, ...contract } = state.contract;
  return { ...state, contract: failing.length === 0 ? contract : { ...contract, failing } };
}

function failingIn({ failing = [] }: Contract): readonly string[] {
  return failing;
}
