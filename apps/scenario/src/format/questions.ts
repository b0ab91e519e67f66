import type { Command } from './commands.js';

interface Asked {
  readonly tenant?: string;
}

/** The invoices of a customer, from one position on. */
export interface InvoicesQuestion extends Asked {
  readonly expect: 'invoices';
  readonly customer: string;
  readonly from?: number;
  readonly is: readonly Readonly<Record<string, unknown>>[];
}

/** What was given back to, and what was collected from, a customer. */
export interface CustomerQuestion extends Asked {
  readonly expect: 'credit_notes' | 'payments';
  readonly customer: string;
  readonly is: readonly Readonly<Record<string, unknown>>[];
}

/** How a subscription stands. */
export interface SubscriptionQuestion extends Asked {
  readonly expect: 'subscription';
  readonly subscription: string;
  readonly is: Readonly<Record<string, unknown>>;
}

/** Whether a customer may use a feature. */
export interface EntitlementQuestion extends Asked {
  readonly expect: 'entitlement';
  readonly customer: string;
  readonly feature: string;
  readonly is: Readonly<Record<string, unknown>> | null;
}

/** What a customer has in its balance and wallet. */
export interface BalanceQuestion extends Asked {
  readonly expect: 'balance';
  readonly customer: string;
  readonly currency?: string;
  readonly is: Readonly<Record<string, unknown>>;
}

/** What a meter comes to between two instants. */
export interface UsageQuestion extends Asked {
  readonly expect: 'usage';
  readonly customer: string;
  readonly meter: string;
  readonly from: string;
  readonly to: string;
  readonly is: Readonly<Record<string, unknown>>;
}

/** What would be invoiced at the end of a period, or by a command. */
export interface PreviewQuestion extends Asked {
  readonly expect: 'preview';
  readonly subscription?: string;
  readonly command?: Command;
  readonly is: Readonly<Record<string, unknown>> | null;
}

/** Which invoice numbers were given out. */
export interface NumberingQuestion extends Asked {
  readonly expect: 'numbering';
  readonly is: Readonly<Record<string, unknown>>;
}

/** What the accounts of the ledger stand at. */
export interface LedgerQuestion extends Asked {
  readonly expect: 'ledger';
  readonly currency?: string;
  readonly is: Readonly<Record<string, unknown>>;
}

/** What is earned and what is deferred at some dates. */
export interface RevenueQuestion extends Asked {
  readonly expect: 'revenue';
  readonly at: readonly string[];
  readonly currency?: string;
  readonly is: Readonly<Record<string, unknown>>;
}

/** What was invoiced between two dates, and what that is worth. */
export interface ReportQuestion extends Asked {
  readonly expect: 'report';
  readonly from: string;
  readonly to: string;
  readonly currency: string;
  readonly is: Readonly<Record<string, unknown>>;
}

/** Everything that a scenario can ask. */
export type Question =
  | InvoicesQuestion
  | CustomerQuestion
  | SubscriptionQuestion
  | EntitlementQuestion
  | BalanceQuestion
  | UsageQuestion
  | PreviewQuestion
  | NumberingQuestion
  | LedgerQuestion
  | RevenueQuestion
  | ReportQuestion;
