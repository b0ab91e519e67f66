import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ProviderName } from '../../providers/domain/provider.js';
import { OUTAGE } from '../domain/attempt.js';
import {
  currentAttempt,
  type Attempt,
  type AttemptOutcome,
  type PartRefund,
  type Payment,
} from '../domain/state.js';

export type PaymentStatus =
  | 'pending'
  | 'processing'
  | 'succeeded'
  | 'refunded'
  | 'declined'
  | 'requires_action'
  | 'cancelled'
  /** No provider can be reached: shown as declined, while it goes on. */
  | 'unavailable';

/** What is shown of one attempt. */
export type AttemptRow = {
  readonly number: number;
  readonly provider: ProviderName;
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  readonly at: Instant;
  /** Where the customer confirms it, while it waits for that. */
  readonly redirectUrl?: string;
};

/** What is shown of a part that goes back. */
export type RefundRow = {
  readonly id: string;
  readonly minor: string;
  readonly outcome: PartRefund['outcome'];
  readonly why: string | null;
  readonly at: Instant;
};

/** A payment as it is shown: computed from the folded stream, never changed by itself. */
export interface PaymentRow {
  readonly id: string;
  readonly version: number;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly amount_minor: string;
  /** Null while nothing is captured, and in rows of earlier releases: then it was all. */
  readonly captured_minor: string | null;
  readonly currency: Currency;
  readonly status: PaymentStatus;
  readonly provider: ProviderName | null;
  readonly decline_code: string | null;
  readonly reference: string | null;
  readonly attempts: readonly AttemptRow[];
  readonly created_at: Instant;
  readonly settled_at: Instant | null;
  /** Null where none was asked for. */
  readonly refunds: readonly RefundRow[] | null;
  /** Whether it came beside the providers. */
  readonly offline: boolean;
}

export const PAYMENT_COLUMNS = [
  'id',
  'version',
  'invoice_id',
  'customer_id',
  'amount_minor',
  'captured_minor',
  'currency',
  'status',
  'provider',
  'decline_code',
  'reference',
  'attempts',
  'created_at',
  'settled_at',
  'refunds',
  'offline',
] as const satisfies readonly (keyof PaymentRow)[];

/** The row that belongs to a payment's state. */
export function rowOf(payment: Payment, version: number): PaymentRow {
  const last = currentAttempt(payment);
  return {
    id: payment.id,
    version,
    invoice_id: payment.invoiceId,
    customer_id: payment.customerId,
    amount_minor: payment.money.minor.toString(),
    captured_minor: (payment.offline === null ? last?.taken?.money : payment.money)?.minor.toString() ?? null,
    currency: payment.money.currency,
    status: statusOf(payment),
    provider: last?.provider ?? null,
    decline_code: declineCodeOf(payment),
    reference: last?.reference ?? payment.offline,
    attempts: payment.attempts.map(attemptOf),
    created_at: payment.startedAt,
    settled_at: settledAt(payment),
    refunds: payment.parts.length === 0 ? null : payment.parts.map(refundOf),
    offline: payment.offline !== null,
  };
}

function attemptOf({ number, provider, outcome, code, at, redirectUrl }: Attempt): AttemptRow {
  const waits = outcome === 'requires_action' && redirectUrl !== null;
  return { number, provider, outcome, code, at, ...(waits ? { redirectUrl } : {}) };
}

function refundOf({ id, money, outcome, why, at }: PartRefund): RefundRow {
  return { id, minor: money.minor.toString(), outcome, why, at };
}

function declineCodeOf(payment: Payment): string | null {
  if (payment.phase.name === 'declined') return payment.phase.code;
  return statusOf(payment) === 'unavailable' ? OUTAGE : null;
}

function statusOf({ phase, attempts, outage }: Payment): PaymentStatus {
  switch (phase.name) {
    case 'authorising':
      if (outage === true) return 'unavailable';
      return attempts.some((one) => one.outcome !== 'pending') ? 'processing' : 'pending';
    case 'confirming':
      return 'requires_action';
    case 'capturing':
      return 'processing';
    case 'succeeded':
    case 'refunded':
    case 'declined':
    case 'cancelled':
      return phase.name;
    default:
      return unreachable(phase);
  }
}

/** When the money came; it stays so when it is given back. */
function settledAt({ phase, settledAt: at }: Payment): Instant | null {
  return phase.name === 'succeeded' || phase.name === 'refunded' ? at : null;
}
