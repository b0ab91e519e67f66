import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { RouteStop } from '../../method/domain/route.js';
import type { ProviderName } from '../../providers/domain/provider.js';

/** Why a payment was started. */
export type PaymentCause = 'finalisation' | 'asked' | 'retry';

/**
 * What happened to a payment. `at` is business time by the tenant's clock, and so is when an attempt is due; every other
 * `dueAt` is by the system's clock, for providers do not live on a test clock. An attempt is one hold: every try of it
 * carries the same idempotency key.
 */
export type PaymentEvent =
  | {
      readonly type: 'PaymentStarted';
      readonly paymentId: string;
      readonly invoiceId: string;
      readonly customerId: string;
      readonly money: Money;
      readonly description: string;
      readonly route: readonly RouteStop[];
      /**
       * Why: the invoice became final, somebody asked for it, or it is tried again. What is not of the finalisation first has
       * the customer's credit taken. Earlier releases did not say.
       */
      readonly cause?: PaymentCause;
      readonly at: Instant;
    }
  | {
      readonly type: 'AttemptStarted';
      readonly attempt: number;
      readonly stop: RouteStop;
      readonly round: number;
      readonly dueAt: Instant;
      /** No provider can be reached: it counts as declined, and is tried again by the system's clock, as `dueAt` is then. */
      readonly outage?: true;
      readonly at: Instant;
    }
  | {
      readonly type: 'AttemptUnavailable';
      readonly attempt: number;
      readonly why: string;
      readonly sent: 'no' | 'maybe';
      readonly reference: string | null;
      readonly dueAt: Instant;
      readonly at: Instant;
    }
  | { readonly type: 'FailedOver'; readonly from: ProviderName; readonly to: ProviderName }
  | {
      readonly type: 'Authorised';
      readonly attempt: number;
      readonly authorisation: string;
      readonly reference: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'ActionRequired';
      readonly attempt: number;
      readonly reference: string;
      readonly redirectUrl: string | null;
      readonly dueAt: Instant;
      readonly at: Instant;
    }
  /** The customer agreed; the hold is asked for again. */
  | { readonly type: 'ActionTaken'; readonly attempt: number; readonly at: Instant }
  | { readonly type: 'ActionAwaited'; readonly attempt: number; readonly dueAt: Instant }
  | {
      readonly type: 'Declined';
      readonly attempt: number;
      readonly code: string;
      readonly hard: boolean;
      readonly reference: string | null;
      readonly at: Instant;
    }
  | { readonly type: 'CaptureStarted'; readonly attempt: number; readonly dueAt: Instant }
  | {
      readonly type: 'CaptureUnavailable';
      readonly attempt: number;
      readonly why: string;
      readonly dueAt: Instant;
    }
  | {
      readonly type: 'CapturePending';
      readonly attempt: number;
      readonly capture: string;
      readonly dueAt: Instant;
    }
  | { readonly type: 'CaptureLapsed'; readonly attempt: number; readonly why: string; readonly at: Instant }
  | {
      readonly type: 'Captured';
      readonly attempt: number;
      readonly capture: string;
      readonly money: Money;
      readonly at: Instant;
    }
  | {
      readonly type: 'OrphanNoted';
      readonly attempt: number;
      readonly reference: string | null;
      readonly authorisation: string | null;
      readonly dueAt: Instant;
    }
  | {
      readonly type: 'OrphanUnavailable';
      readonly attempt: number;
      readonly why: string;
      readonly dueAt: Instant;
    }
  | { readonly type: 'OrphanUntouched'; readonly attempt: number; readonly dueAt: Instant }
  | { readonly type: 'OrphanVoided'; readonly attempt: number }
  /** Earlier releases did not tell the hold. */
  | { readonly type: 'OrphanTaken'; readonly attempt: number; readonly authorisation?: string | null }
  /** The invoice is void while the money is on its way: it is not kept. */
  | { readonly type: 'PaymentWithdrawn'; readonly why: string; readonly at: Instant }
  /** Without an id it is all that the attempt took; with one, a part that somebody asked for. */
  | {
      readonly type: 'RefundStarted';
      readonly attempt: number;
      readonly why: string;
      readonly at: Instant;
      readonly refundId?: string;
      readonly money?: Money;
    }
  | {
      readonly type: 'RefundUnavailable';
      readonly attempt: number;
      readonly why: string;
      readonly dueAt: Instant;
      readonly refundId?: string;
      /** Whether the provider answered, though with a fault: that request is not under way any more. */
      readonly answered?: boolean;
    }
  | {
      readonly type: 'Refunded';
      readonly attempt: number;
      readonly refund: string | null;
      readonly at: Instant;
      readonly refundId?: string;
    }
  /** The provider gives nothing back: an operator has to, or where somebody asked for it, they are told. */
  | {
      readonly type: 'RefundRejected';
      readonly attempt: number;
      readonly why: string;
      readonly at: Instant;
      readonly refundId?: string;
    }
  /** Less is due than when it was started: that is captured. */
  | { readonly type: 'AmountLowered'; readonly money: Money; readonly at: Instant }
  /** Money that came beside the providers: the whole payment in one event. */
  | {
      readonly type: 'OfflinePaymentRecorded';
      readonly paymentId: string;
      readonly invoiceId: string;
      readonly customerId: string;
      readonly money: Money;
      /** The tenant's own words for it, for example of the bank statement. */
      readonly reference: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'PaymentSucceeded';
      readonly provider: ProviderName;
      readonly reference: string;
      readonly capture: string;
      readonly at: Instant;
    }
  | { readonly type: 'PaymentDeclined'; readonly code: string; readonly at: Instant }
  | { readonly type: 'PaymentCancelled'; readonly why: string; readonly at: Instant };
