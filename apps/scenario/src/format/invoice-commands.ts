import type { AnyCommand, CreditTo } from './command.js';

type Properties = Readonly<Record<string, string>>;

/** Events of a customer, one after the other. */
export interface UseCommand extends AnyCommand {
  readonly do: 'use';
  readonly customer: string;
  readonly type: string;
  readonly events: readonly {
    readonly id: string;
    readonly at?: string;
    readonly quantity?: string;
    readonly properties?: Properties;
  }[];
  readonly answers?: readonly string[];
}

/** Replaces what an event said. */
export interface CorrectEventCommand extends AnyCommand {
  readonly do: 'correct_event';
  readonly event: string;
  readonly quantity?: string;
  readonly properties?: Properties;
}

/** An event counts no more. */
export interface VoidEventCommand extends AnyCommand {
  readonly do: 'void_event';
  readonly event: string;
}

/** What is done to one invoice: the customer's, by its position from 1. */
export interface InvoiceCommand extends AnyCommand {
  readonly do: 'finalise' | 'void' | 'write_off' | 'pay' | 'dispute';
  readonly customer: string;
  readonly invoice: number;
}

/** The customer confirms a payment of one invoice that waits for that. */
export interface ConfirmPaymentCommand extends AnyCommand {
  readonly do: 'confirm_payment';
  readonly customer: string;
  readonly invoice: number;
}

/** The end of a dispute. */
export interface ResolveDisputeCommand extends AnyCommand {
  readonly do: 'resolve_dispute';
  readonly customer: string;
  readonly invoice: number;
  readonly outcome: 'won' | 'lost';
}

/** Gives back something of an invoice. */
export interface CreditNoteCommand extends AnyCommand {
  readonly do: 'credit_note';
  readonly customer: string;
  readonly invoice: number;
  readonly items: readonly { readonly line: number; readonly amount: string }[];
  readonly to?: CreditTo;
}

/** Money that came another way. */
export interface PayOfflineCommand extends AnyCommand {
  readonly do: 'pay_offline';
  readonly customer: string;
  readonly invoice: number;
  readonly amount: string;
}

/** Moves the clock of one tenant, or of all. */
export interface AdvanceCommand extends AnyCommand {
  readonly do: 'advance';
  readonly to: string;
}
