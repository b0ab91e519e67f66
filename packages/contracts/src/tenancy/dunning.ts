import { z } from 'zod';

/** More retries of one invoice are no help to anybody. */
export const DUNNING_RETRIES_MAX = 100;
export const DUNNING_DAYS_MAX = 3_650;

const days = z.int().min(0).max(DUNNING_DAYS_MAX);

/** What a tenant wants done about invoices that are not paid. */
export const dunningPolicy = z.strictObject({
  /** Days after the first failure, ascending. */
  retryAfterDays: z.array(z.int().min(1).max(DUNNING_DAYS_MAX)).max(DUNNING_RETRIES_MAX),
  /** Local `HH:mm`; absent = the time of day of the first failure. */
  attemptTime: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  /** What falls on a Saturday or Sunday is tried on the Monday after it. */
  skipWeekends: z.boolean(),
  onHardDecline: z.enum(['stop', 'retry']),
  /** Days after the first failure at which access ends; absent = with the unsuccessful end. */
  revokeAfterDays: days.optional(),
  /** What becomes of the invoice's subscriptions at the unsuccessful end. */
  terminalAction: z.enum(['cancel', 'pause', 'none']),
  /** Whether the invoice is written off then. */
  markUncollectible: z.boolean(),
});
