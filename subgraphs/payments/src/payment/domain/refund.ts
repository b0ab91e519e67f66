import { unreachable } from '@tollgate/kernel/assert';
import { addMs } from '@tollgate/kernel/time/time';
import type { RefundOutcome } from '../../providers/domain/provider.js';
import type { Moment } from './attempt.js';
import type { PaymentEvent } from './event.js';
import { backoffMs } from './pause.js';
import type { Attempt, Payment, Refund } from './state.js';

/** The provider was asked to give money back. */
export interface RefundAnswered {
  readonly type: 'RefundAnswered';
  readonly attempt: number;
  readonly outcome: RefundOutcome;
}

type Of<T extends PaymentEvent['type']> = PaymentEvent & { readonly type: T };
export type RefundEvent = Of<'RefundStarted' | 'RefundUnavailable' | 'Refunded' | 'RefundRejected'>;

/** Gives an attempt's money back, once. */
export function refund(
  { refunds }: Pick<Payment, 'refunds'>,
  { number, outcome }: Attempt,
  { why, at }: Pick<Moment, 'at'> & { readonly why: string },
): PaymentEvent[] {
  const known = outcome === 'refunded' || refunds.some((one) => one.attempt === number);
  return known ? [] : [{ type: 'RefundStarted', attempt: number, why, at }];
}

/** The invoice is void: what was captured goes back, and what may still be captured will. */
export function withdraw(
  payment: Payment,
  { why, at }: { readonly why: string } & Pick<Moment, 'at'>,
): PaymentEvent[] {
  const { phase, withdrawn, attempts } = payment;
  if (withdrawn !== null || (phase.name !== 'capturing' && phase.name !== 'succeeded')) return [];
  const captured = phase.name === 'succeeded' ? attempts.at(-1) : undefined;
  const back = captured === undefined ? [] : refund(payment, captured, { why, at });
  return [{ type: 'PaymentWithdrawn', why, at }, ...back];
}

/** What came of asking; a transient fault is tried again until its outcome is known. */
export function refundAnswered(
  { refunds }: Payment,
  { attempt, outcome, at, clock }: RefundAnswered & Moment,
): PaymentEvent[] {
  const asked = refunds.find((one) => one.attempt === attempt);
  if (asked === undefined) return [];
  switch (outcome.outcome) {
    case 'refunded':
      return [{ type: 'Refunded', attempt, refund: outcome.refund, at }];
    case 'rejected':
      return [{ type: 'RefundRejected', attempt, why: outcome.why, at }];
    case 'unavailable': {
      const dueAt = addMs(clock, backoffMs(asked.failures));
      return [{ type: 'RefundUnavailable', attempt, why: outcome.why, dueAt }];
    }
    default:
      return unreachable(outcome);
  }
}

/** The payment after money went back, or should have. */
export function refundEvolved(state: Payment, event: RefundEvent): Payment {
  const others = state.refunds.filter((one) => one.attempt !== event.attempt);
  switch (event.type) {
    case 'RefundStarted': {
      const started: Refund = { attempt: event.attempt, failures: 0, at: event.at, notBefore: null };
      return { ...state, refunds: [...others, started] };
    }
    case 'RefundUnavailable': {
      const again = (one: Refund): Refund =>
        one.attempt === event.attempt ? { ...one, failures: one.failures + 1, notBefore: event.dueAt } : one;
      return { ...state, refunds: state.refunds.map(again) };
    }
    case 'RefundRejected':
      return { ...state, refunds: others };
    case 'Refunded':
      return refunded({ ...state, refunds: others }, event);
    default:
      return unreachable(event);
  }
}

function refunded(state: Payment, { attempt, at }: Of<'Refunded'>): Payment {
  const attempts = state.attempts.map((one): Attempt =>
    one.number === attempt ? { ...one, outcome: 'refunded', at } : one,
  );
  const { phase } = state;
  const isOwn = phase.name === 'succeeded' && attempts.at(-1)?.number === attempt;
  if (!isOwn) return { ...state, attempts };
  return { ...state, attempts, phase: { name: 'refunded', reference: phase.reference, at } };
}
