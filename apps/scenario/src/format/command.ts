/** What any command may carry. */
export interface AnyCommand {
  readonly tenant?: string;
  readonly error?: string;
  readonly idempotencyKey?: string;
}

/** When something takes effect; now unless said otherwise. */
export type At = 'now' | 'period_end';

/** Where a credit goes. */
export type CreditTo = 'balance' | 'refund';
