import type { AnyCommand } from './command.js';
import type { Overrides } from './price.js';

/** A contract over subscriptions of a customer, from today on. */
export interface ContractCommand extends AnyCommand {
  readonly do: 'contract';
  readonly name: string;
  readonly customer: string;
  readonly subscriptions: readonly { readonly subscription: string; readonly rates?: Overrides }[];
  readonly months: number;
  /** What an end before the term costs: of the fees that are left, in percent, or so much. */
  readonly terminationFee?: { readonly percent: string } | { readonly amount: string };
  /** Paid at the begin of each term, and drawn by usage. */
  readonly prepaid?: string;
}

/** Ends a contract now, with its subscriptions. */
export interface TerminateCommand extends AnyCommand {
  readonly do: 'terminate';
  readonly contract: string;
}

/** A subscription that is offered. */
export interface QuoteCommand extends AnyCommand {
  readonly do: 'quote';
  readonly name: string;
  readonly customer: string;
  readonly plan: string;
  readonly quantity?: string;
  readonly coupons?: readonly string[];
}

/** An offer becomes the subscription of this name. */
export interface AcceptCommand extends AnyCommand {
  readonly do: 'accept_quote';
  readonly quote: string;
  readonly name: string;
}

/** From now on another customer pays, or the customer itself does again. */
export interface PayerCommand extends AnyCommand {
  readonly do: 'payer';
  readonly customer: string;
  readonly payer: string | null;
}

/** More than the plan gives: so much of a feature that a meter counts, or the feature itself. */
export interface EntitleCommand extends AnyCommand {
  readonly do: 'entitle';
  readonly customer: string;
  readonly feature: string;
  readonly meter?: string;
  readonly quantity?: string;
  readonly expiresAt?: string;
}
