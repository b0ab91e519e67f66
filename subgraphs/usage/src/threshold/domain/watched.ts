import type { Id } from '@tollgate/kernel/id';
import type { Instant, Period } from '@tollgate/kernel/time/time';

/** A stretch that goes on, of a subscription that is billed before the end of its period. */
export interface WatchedStretch {
  readonly subscriptionId: Id<'sub'>;
  readonly customerId: Id<'cus'>;
  readonly period: Period;
  /** Where the stretch begins. */
  readonly from: Instant;
  /** Number of the last bill of the subscription. */
  readonly bill: number;
  /** How many steps were told of it. */
  readonly steps: number;
}

/** What a bill changes about what is watched: a stretch from now on, none any more, another number of its bill, or nothing. */
export type Watching =
  | { readonly kind: 'begin'; readonly stretch: WatchedStretch }
  | { readonly kind: 'end' | 'goes_on'; readonly subscriptionId: string; readonly bill: number }
  | null;
