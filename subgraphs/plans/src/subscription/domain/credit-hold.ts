import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Billed } from './billed.js';
import type { Contract } from './contract.js';
import type { UnusedFeesNotCreditable } from './rejections.js';
import type { MadeState, SubscriptionEvent, SubscriptionState } from './state.js';

/** An invoice of the subscription of which nothing can be given back for now. */
export interface HeldInvoice {
  readonly invoiceId: string;
  /** What its fees cover is over then. */
  readonly until: Instant;
}

/** What is unused of an invoice's fees cannot be given back, or can again. */
export type CreditHoldEvent =
  | ({ readonly type: 'CreditHeld' } & HeldInvoice)
  | { readonly type: 'CreditFreed'; readonly invoiceId: string };

/** Whether invoices could give back something of an invoice, as it tells. */
export interface NoteCreditability extends HeldInvoice {
  readonly type: 'NoteCreditability';
  readonly isHeld: boolean;
}

/** Told once, however often it is said. */
export function noteCreditability(
  { invoiceId, isHeld, until }: NoteCreditability,
  state: SubscriptionState,
): Decision<SubscriptionEvent, never> {
  if (state.status === 'none' || state.status === 'ended') return accept();
  const isKnown = heldIn(state.contract).some((one) => one.invoiceId === invoiceId);
  if (isKnown === isHeld) return accept();
  return accept(isHeld ? { type: 'CreditHeld', invoiceId, until } : { type: 'CreditFreed', invoiceId });
}

/** The rejection where unused fees are to be given back and one of their invoices is held; undefined where none is. */
export function heldAt(
  { contract }: MadeState,
  now: Instant,
): { readonly ok: false; readonly rejection: UnusedFeesNotCreditable } | undefined {
  const held = heldIn(contract).find(({ until }) => until > now);
  if (held === undefined) return undefined;
  const message = 'A payment of an invoice is in dispute, or it is not known yet how it is taxed.';
  return reject({ reason: 'UnusedFeesNotCreditable', message, invoiceId: held.invoiceId });
}

/** Whether an event is about an invoice of which nothing can be given back. */
export function isOfCreditHold(event: SubscriptionEvent): event is CreditHoldEvent {
  return event.type === 'CreditHeld' || event.type === 'CreditFreed';
}

/** The state with one more of them, or one less. */
export function evolveCreditHold(state: MadeState, event: CreditHoldEvent): SubscriptionState {
  const others = heldIn(state.contract).filter(({ invoiceId }) => invoiceId !== event.invoiceId);
  if (event.type === 'CreditFreed') return { ...state, contract: withHeld(state.contract, others) };
  const { invoiceId, until } = event;
  return { ...state, contract: withHeld(state.contract, [...others, { invoiceId, until }]) };
}

/** A bill that gives fees back, or cuts them, leaves nothing of earlier invoices to give back. */
export function heldAfter(state: MadeState, { legs, closes }: Billed): Contract {
  const { contract } = state;
  if (contract.held === undefined) return contract;
  const hasAddons = 'addons' in state && state.addons.length > 0;
  const isSpent = legs?.of === 'all' || (legs?.of === 'fees' && !hasAddons);
  const isCut = legs === null && closes?.ends === true;
  return isSpent || isCut ? withHeld(contract, []) : contract;
}

function heldIn({ held = [] }: Contract): readonly HeldInvoice[] {
  return held;
}

function withHeld({ held: _before, ...contract }: Contract, held: readonly HeldInvoice[]): Contract {
  return held.length === 0 ? contract : { ...contract, held };
}
