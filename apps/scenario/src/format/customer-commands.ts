import type { AnyCommand } from './command.js';

/** What can be said of a customer, at first and later. */
export interface CustomerFacts {
  readonly jurisdiction?: string;
  readonly business?: boolean;
  readonly vatId?: 'valid' | 'invalid' | 'pending';
  readonly exempt?: boolean;
  readonly method?: string;
  readonly backup?: string;
  readonly collection?: 'automatic' | 'manual';
  readonly dueDays?: number;
}

/** A customer, with a payment method that works unless said otherwise. */
export interface CustomerCommand extends AnyCommand, CustomerFacts {
  readonly do: 'customer';
  readonly name: string;
  readonly timeZone?: string;
  readonly currency?: string;
}

/** Changes what is said of a customer. */
export interface UpdateCustomerCommand extends AnyCommand, CustomerFacts {
  readonly do: 'update_customer';
  readonly customer: string;
}

/** Bills something once. */
export interface ChargeCommand extends AnyCommand {
  readonly do: 'charge';
  readonly customer: string;
  readonly items: readonly { readonly key: string; readonly amount: string; readonly quantity?: string }[];
  readonly when?: 'now' | 'next_invoice';
  readonly currency?: string;
}

/** Wallet credit: promotional, or paid for. */
export interface GrantCommand extends AnyCommand {
  readonly do: 'grant' | 'top_up';
  readonly customer: string;
  readonly name: string;
  readonly amount: string;
  readonly currency?: string;
  readonly priority?: number;
  readonly expiresAt?: string;
}

/** Wallet credit that is bought by itself. */
export interface AutoTopUpCommand extends AnyCommand {
  readonly do: 'auto_top_up';
  readonly customer: string;
  readonly threshold: string;
  readonly amount: string;
  readonly currency?: string;
  readonly priority?: number;
  readonly expiresAfterDays?: number;
}

/** Pays credit balance out. */
export interface RefundCommand extends AnyCommand {
  readonly do: 'refund';
  readonly customer: string;
  readonly amount: string;
  readonly currency?: string;
}
