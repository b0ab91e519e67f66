import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { RouteStop } from '../../method/domain/route.js';
import type { ProviderName } from '../../providers/domain/provider.js';
import type { PaymentCause } from './event.js';

export type AttemptOutcome =
  | 'pending'
  | 'authorised'
  | 'captured'
  | 'refunded'
  | 'declined'
  | 'requires_action'
  | 'unavailable'
  | 'lapsed'
  | 'cancelled';

/** One hold asked of one provider. */
export interface Attempt {
  readonly number: number;
  readonly provider: ProviderName;
  readonly methodId: string;
  /** What it asks to hold: the same however often it is asked, whatever is due by then. */
  readonly asked: Money;
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  /** Of a decline that the same method never changes; absent where it may, and in what earlier releases wrote. */
  readonly hard?: true;
  /** What the provider finds it by; null while no answer named one. */
  readonly reference: string | null;
  readonly authorisation: string | null;
  /** Where the customer confirms it; null where that is not known, or not wanted. */
  readonly redirectUrl: string | null;
  /** What was captured; null where nothing was, or where nobody told how much. */
  readonly taken: { readonly capture: string; readonly money: Money } | null;
  /** Times the provider was asked and could not be heard. */
  readonly failures: number;
  readonly at: Instant;
}

/** A hold that must not stay: the payment went another way, or was called off. */
export interface Orphan {
  readonly attempt: number;
  readonly failures: number;
  /** Times the provider said that nothing is held; a request still under way may prove it wrong once. */
  readonly untouched: number;
  /** By the system's clock. */
  readonly dueAt: Instant;
}

/** Money that is to be given back: it came for an invoice that is void, or beside the payment, or somebody asked for a part. */
export interface Refund {
  readonly attempt: number;
  /** Who asked for it; null where all that the attempt took goes back. */
  readonly part: { readonly id: string; readonly money: Money } | null;
  readonly failures: number;
  /** Times the provider answered with a fault: nothing of those requests is under way any more. */
  readonly answers: number;
  /** By the tenant's clock. */
  readonly at: Instant;
  /** After a transient fault: not before this, by the system's clock. */
  readonly notBefore: Instant | null;
}

/** A part that somebody asked for, and what came of it. */
export interface PartRefund {
  readonly id: string;
  readonly money: Money;
  readonly outcome: 'pending' | 'refunded' | 'rejected';
  /** Why not; null where it is not rejected. */
  readonly why: string | null;
  readonly at: Instant;
}

export type Phase =
  | {
      readonly name: 'authorising';
      /** By the tenant's clock. */
      readonly dueAt: Instant;
      /** After a transient fault: not before this, by the system's clock. */
      readonly notBefore: Instant | null;
    }
  /** Looks follow the system's clock, for the customer and their bank do. */
  | { readonly name: 'confirming'; readonly looks: number; readonly dueAt: Instant }
  | {
      readonly name: 'capturing';
      readonly failures: number;
      /** Looks after a capture that the provider settles later; 0: not pending. */
      readonly pending: number;
      /** By the system's clock: the next try after a transient fault, or the next look. */
      readonly dueAt: Instant;
    }
  | { readonly name: 'succeeded'; readonly reference: string; readonly at: Instant }
  | { readonly name: 'refunded'; readonly reference: string; readonly at: Instant }
  | { readonly name: 'declined'; readonly code: string; readonly at: Instant }
  | { readonly name: 'cancelled'; readonly why: string; readonly at: Instant };

export interface Payment {
  readonly id: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly money: Money;
  readonly description: string;
  readonly route: readonly RouteStop[];
  readonly startedAt: Instant;
  /** When the money was captured; null before. */
  readonly settledAt: Instant | null;
  readonly round: number;
  /** Absent where an earlier release started it, and of what came beside the providers. */
  readonly cause?: PaymentCause;
  /** No provider can be reached: it counts as declined, and goes on by itself. */
  readonly outage?: true;
  readonly attempts: readonly Attempt[];
  readonly orphans: readonly Orphan[];
  readonly refunds: readonly Refund[];
  /** In the order in which they were asked for. */
  readonly parts: readonly PartRefund[];
  /** The tenant's words for money that came beside the providers; null where a provider was asked. */
  readonly offline: string | null;
  /** Why what is captured is not kept; null while it is. */
  readonly withdrawn: string | null;
  readonly phase: Phase;
}

/** Null before it is started. */
export type PaymentState = Payment | null;

export const initial: PaymentState = null;

/** The attempt that the payment stands or falls with; null where there is no payment method. */
export function currentAttempt(payment: Payment): Attempt | null {
  return payment.attempts.at(-1) ?? null;
}

/** Whether it waits for the customer's credit to be taken: nobody has been asked for money yet. */
export function awaitsCredit({ phase, attempts }: Payment): boolean {
  return phase.name === 'authorising' && attempts.length === 0;
}
